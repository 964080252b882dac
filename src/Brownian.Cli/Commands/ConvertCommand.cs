using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Cli.Terminals;
using static TorchSharp.torch;

namespace Brownian.Cli.Commands;

/// <summary>Converts checkpoints between formats and layouts.</summary>
internal sealed class ConvertCommand : BrownianCommand
{
    private readonly Argument<string> source = new("SOURCE") { Description = "Weights in any format that is read, a diffusers folder, or a run." };
    private readonly Argument<string> target = new("TARGET") { Description = "A folder to make; a name that ends in .safetensors changes the format only." };
    private readonly Option<string?> type = SharedOptions.StorageType();
    private readonly Option<string?> config = new("--config") { Description = "A JSON file with the settings of the program that trained the model.", HelpName = "FILE" };
    private readonly Option<string?> flags = new("--flags") { Description = "The same as guided-diffusion's scripts take it: \"--image_size 64 --num_channels 192 …\".", HelpName = "FLAGS" };
    private readonly Option<string?> part = new("--part") { Description = "The set of tensors that is meant, as `info` lists them; the averaged weights if left out.", HelpName = "NAME" };
    private readonly Option<bool> raw = new("--raw") { Description = "The weights that the optimizer moved, where an average lies beside them." };
    private readonly Option<string?> prediction = SharedOptions.Prediction();
    private readonly Option<int?> size = new("--image-size") { Description = "Side of the images of Stable Diffusion's training, in pixels.", HelpName = "PIXELS" };
    private readonly Option<string?> tokenizer = new("--tokenizer") { Description = "A folder with vocab.json and merges.txt, which files of Stable Diffusion and CLIP lack.", HelpName = "DIR" };
    private readonly Option<string?> autoencoder = new("--vae") { Description = "A folder with the autoencoder of a DiT, whose files lack it: makes a whole pipeline.", HelpName = "DIR" };
    private readonly Option<bool> force = SharedOptions.Force();

    public ConvertCommand(Terminal terminal)
        : base(terminal, "convert", "Convert checkpoints: other programs' into run folders, single files into diffusers folders, any into safetensors.")
    {
        AddAll(source, target, type, config, flags, part, raw, prediction, size, tokenizer, autoencoder, force);
        Examples =
        [
            "brownian convert v1-5-pruned-emaonly.ckpt sd15 --dtype fp16 --tokenizer clip",
            "brownian convert edm-cifar10.pt cifar --config edm.json",
            "brownian convert DiT-XL-2-256x256.pt dit --vae sd-vae-ft-ema",
            "brownian convert pytorch_model.bin model.safetensors",
        ];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var (from, to) = (parse.GetValue(source)!, parse.GetValue(target)!);
        if (!File.Exists(from) && !Directory.Exists(from))
        {
            throw new UsageException($"convert: expected a file or folder; {from} does not exist.");
        }

        if (!parse.GetValue(force) && (File.Exists(to) || Directory.Exists(to)))
        {
            throw new UsageException($"convert: {to} exists already. Choose another name, or replace it with --force.");
        }

        var parent = Path.GetDirectoryName(Path.GetFullPath(to));
        Directory.CreateDirectory(parent!);
        var done = UsageException.When(() => Conversion.Run(from, to, new()
        {
            Type = parse.GetValue(type) switch { "fp16" => ScalarType.Float16, "bf16" => ScalarType.BFloat16, "fp32" => ScalarType.Float32, _ => null },
            Config = Settings(parse.GetValue(config), parse.GetValue(flags)),
            Part = parse.GetValue(part),
            Raw = parse.GetValue(raw),
            Prediction = parse.GetValue(prediction) switch { "v" => "v_prediction", var other => other },
            ImageSize = parse.GetValue(size),
            Tokenizer = parse.GetValue(tokenizer),
            Autoencoder = parse.GetValue(autoencoder),
            Replace = parse.GetValue(force),
        }));
        Terminal.Out.WriteLine($"{Path.GetFullPath(to)}: {done}");
        Terminal.Say($"what it is: {ProgramName.Line("info", to)}");
        return ExitCode.Ok;
    }

    private static string? Settings(string? file, string? given) => (file, given) switch
    {
        (not null, not null) => throw new UsageException("convert: --config and --flags say the same; give one of them."),
        (not null, null) => File.ReadAllText(UsageException.Existing("--config", file)),
        (null, not null) => GuidedFlags.ToJson(given),
        _ => null,
    };
}
