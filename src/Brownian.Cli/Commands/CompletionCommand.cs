using System.CommandLine;
using Brownian.Cli.Terminals;

namespace Brownian.Cli.Commands;

/// <summary>Prints the lines that make a shell complete brownian's commands, options and names.</summary>
internal sealed class CompletionCommand : BrownianCommand
{
    // The program itself answers: [suggest:POSITION] LINE, where LINE begins after its own name.
    private const string Bash = """
        _brownian() {
          local line="${COMP_LINE#* }" IFS=$'\n'
          local at=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
          COMPREPLY=($(compgen -W "$(brownian "[suggest:$at]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _brownian brownian
        """;

    private const string Zsh = """
        _brownian() {
          local line="${BUFFER#* }"
          local -a found
          found=("${(@f)$(brownian "[suggest:$((CURSOR - ${#BUFFER} + ${#line}))]" "$line" 2>/dev/null)}")
          compadd -a found || _files
        }
        compdef _brownian brownian
        """;

    private readonly Argument<string> shell = new("SHELL") { Description = "bash or zsh." };

    public CompletionCommand(Terminal terminal)
        : base(terminal, "completion", "Print what makes a shell complete commands, options and names.")
    {
        shell.AcceptOnly("bash", "zsh");
        AddAll(shell);
        Examples = ["brownian completion bash >> ~/.bashrc", "brownian completion zsh >> ~/.zshrc"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        Terminal.Out.WriteLine((parse.GetValue(shell) is "zsh" ? Zsh : Bash).ReplaceLineEndings("\n"));
        return ExitCode.Ok;
    }
}
