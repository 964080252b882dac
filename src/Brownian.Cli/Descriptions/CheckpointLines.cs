using Brownian.Checkpoints;
using Brownian.Cli.Live;
using Brownian.Paths;

namespace Brownian.Cli.Descriptions;

/// <summary>A checkpoint's description as names and values for a person.</summary>
internal static class CheckpointLines
{
    public static IReadOnlyList<(string Name, string Value)> Of(CheckpointInfo info)
    {
        var lines = new List<(string Name, string? Value)>
        {
            ("what", $"{Kind(info.Kind)}{(info.Pipeline is null ? "" : $" ({info.Pipeline})")}"),
            ("network", info.Architecture is null ? null : $"{info.Architecture}, {Words.CountedShort(info.Parameters, "parameter")}"),
            ("tokens", info.Tokenizer is { } tokenizer ? $"{tokenizer.Kind}: {tokenizer.Tokens} tokens, texts of up to {tokenizer.MaxLength}" : null),
            ("images", info.Image is { } image ? $"{image.Channels}×{image.Height}×{image.Width} (channels × rows × columns)" : null),
            ("classes", Classes(info)),
            ("path", ForwardPath(info.ForwardPath)),
            ("output", info.Parameterization?.GetType().Name),
            ("sampling", info.Sampling is { } s ? $"{s.Sampler}{(s.Options is null ? "" : $" ({s.Options})")}, {s.Spacing}, {Words.Counted(s.Steps, "step")}, guidance {s.Guidance}" : null),
            ("trained", Training(info.Training)),
        };
        foreach (var weights in info.Weights)
        {
            lines.Add(("weights", Weights(weights)));
            lines.Add(("family", weights.Family));
            lines.Add(("parts", weights.Parts.Count == 0 ? null : $"{string.Join(", ", weights.Parts.Select(Place))}{(weights.Part is { } part ? $"; described: {Place(part)}" : "")}"));
        }

        lines.AddRange(info.Checkpoints.Select(c => ("checkpoint", (string?)$"step {c.Step}, {Words.Bytes(c.Bytes)}")));
        lines.AddRange(info.Problems.Select(problem => ("problem", (string?)problem)));
        if (info.Kind is CheckpointKind.Diffusers && info.Problems.Count == 0)
        {
            lines.Add(("use it", ProgramName.Line("sample", info.Path, Wish(info))));
        }

        if (info.Kind is CheckpointKind.Run && info.Problems.Count == 0)
        {
            lines.Add(("use it", ProgramName.Line("sample", info.Path, "-n 16")));
            lines.Add(("go on", ProgramName.Line("train --resume", info.Path)));
        }

        return [.. lines.Where(line => !string.IsNullOrEmpty(line.Value)).Select(line => (line.Name, line.Value!))];
    }

    // What a pipeline must be given.
    private static string Wish(CheckpointInfo info)
    {
        var name = info.Pipeline ?? "";
        bool Is(string word) => name.Contains(word, StringComparison.Ordinal);
        var reads = info.Weights.Any(weights => weights.Name.StartsWith("text_encoder/", StringComparison.Ordinal)) && !Is("Variation");
        string?[] wish =
        [
            reads ? "--prompt \"…\"" : null,
            Is("Inpaint") || Is("Img2Img") || Is("Upscale") || Is("SuperResolution") || Is("Variation") ? "--image picture.png" : null,
            Is("Inpaint") ? "--mask mask.png" : null,
        ];
        return string.Join(' ', wish.OfType<string>().DefaultIfEmpty("-n 4"));
    }

    private static string Kind(CheckpointKind kind) => kind is CheckpointKind.PyTorch or CheckpointKind.NumPy
        ? kind.ToString()
        : Words.Spaced(kind.ToString());

    private static string? ForwardPath(GaussianPath? path) => path switch
    {
        null => null,
        DiscretePath discrete => $"discrete, {Words.Counted(discrete.Count, "step")}, {Words.Spaced(discrete.Betas.Shape.ToString())} betas",
        _ => path.GetType().Name,
    };

    private static string? Classes(CheckpointInfo info) => info.ClassCount is { } count
        ? $"{count}{(info.ClassNames is { } names ? ": " + string.Join(", ", names.Take(20)) : "")}{(info.NullLabel is null ? "" : "; trained for guidance")}"
        : null;

    private static string? Training(Provenance? training)
    {
        if (training is null)
        {
            return null;
        }

        var parts = new[]
        {
            training.Step is { } step ? Words.Counted(step, "step") : null,
            training.Images is { } images ? Words.CountedShort(images, "image") : null,
            training.Data is { } data ? $"on {data}" : null,
            training.Seed is { } seed ? $"seed {seed}" : null,
            training.Program is { } program ? $"by {program}" : null,
        };
        return string.Join(", ", parts.OfType<string>());
    }

    private static string Place(string part) => part.Length == 0 ? "(top)" : part;

    private static string Weights(WeightsInfo w) =>
        $"{w.Name}{(w.Format == CheckpointKind.Safetensors ? "" : $" ({Kind(w.Format)})")}, {Words.Bytes(w.Bytes)}, {Words.Counted(w.Tensors, "tensor")} ({string.Join(", ", w.Types.Select(t => $"{Words.Count(t.Value)} {t.Key}"))}){(w.Sha256 is null ? "" : $", SHA-256 {w.Sha256[..16]}…")}";
}
