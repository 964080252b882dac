return new Brownian.Cli.CommandLine(Brownian.Cli.Terminals.Terminal.OfProcess()).Run(args);
