using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Descriptions;
using Brownian.Cli.Terminals;
using Brownian.Data;

namespace Brownian.Cli.Commands;

/// <summary>Explains a checkpoint or a picture.</summary>
internal sealed class InfoCommand : BrownianCommand
{
    private readonly Argument<string> path = new("PATH") { Description = "A run, a checkpoint, a diffusers folder, a file of weights (safetensors, PyTorch, NumPy), or a picture." };
    private readonly Option<bool> json = SharedOptions.Json();

    public InfoCommand(Terminal terminal)
        : base(terminal, "info", "Explain a checkpoint or a picture: what it is, where it comes from, what to do with it.")
    {
        AddAll(path, json);
        Examples = ["brownian info quickstart/run", "brownian info v1-5-pruned-emaonly.ckpt", "brownian info samples/000003.png"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var what = parse.GetValue(path)!;
        if (!File.Exists(what) && !Directory.Exists(what))
        {
            throw new UsageException($"info: expected a file or folder; {what} does not exist.");
        }

        var isPicture = File.Exists(what) && ImageCodec.Extensions.Contains(Path.GetExtension(what).ToLowerInvariant());
        if (isPicture)
        {
            Show(PictureDescription.Of(what), parse.GetValue(json));
            Terminal.Show(Pixels.Of(ImageCodec.Load(what)));
            return ExitCode.Ok;
        }

        var info = CheckpointInfo.Describe(what);
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(info.ToJson());
        }
        else
        {
            Print(CheckpointLines.Of(info));
        }

        return info.Problems.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private void Show(PictureDescription picture, bool asJson)
    {
        if (asJson)
        {
            Terminal.Out.WriteLine(Json.Of(picture));
        }
        else
        {
            Print(picture.Lines());
        }
    }

    private void Print(IReadOnlyList<(string Name, string Value)> lines)
    {
        var width = lines.Max(line => line.Name.Length);
        foreach (var (name, value) in lines)
        {
            Terminal.Out.WriteLine($"{name.PadRight(width)}  {value.ReplaceLineEndings("\n" + new string(' ', width + 2))}");
        }
    }
}
