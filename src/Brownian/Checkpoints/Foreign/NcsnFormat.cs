using System.Text.Json;
using Brownian.Networks.Refine;

namespace Brownian.Checkpoints.Foreign;

/// <summary>Networks of ncsn and ncsnv2 (Song and Ermon 2019, 2020): their configurations (<c>data</c> and <c>model</c> sections) and names.</summary>
public static class NcsnFormat
{
    /// <summary>The names of a network's weights, with or without DataParallel's prefix.</summary>
    public static KeyMap Names { get; } = new("ncsnv2", [new("^module", string.Empty)]) { Ignored = ["sigmas"] };

    /// <summary>The network of a configuration.</summary>
    /// <param name="config">The whole configuration, as a JSON object with the sections <c>data</c> and <c>model</c>.</param>
    /// <param name="className">
    /// "NCSN", "NCSNdeeper", "NCSNv2", "NCSNv2Deeper" or "NCSNv2Deepest"; when null, the configuration's own <c>class</c>, or the NCSNv2 that
    /// the reference takes for the size of the images.
    /// </param>
    /// <exception cref="ArgumentException">It names a network or an option that does not exist.</exception>
    public static RefineNetConfig Config(JsonElement config, string? className = null)
    {
        var (data, model) = (config.Section("data"), config.Section("model"));
        var size = data.Int("image_size", 32);
        var name = className ?? config.Text("class", size switch { > 128 => "NCSNv2Deepest", >= 96 => "NCSNv2Deeper", _ => "NCSNv2" });
        var (isConditional, depth) = name switch
        {
            "NCSN" => (true, "standard"),
            "NCSNdeeper" => (true, "deeper"),
            "NCSNv2" => (false, "standard"),
            "NCSNv2Deeper" => (false, "deeper"),
            "NCSNv2Deepest" => (false, "deepest"),
            _ => throw new ArgumentException($"class: expected NCSN, NCSNdeeper, NCSNv2, NCSNv2Deeper or NCSNv2Deepest; got \"{name}\"."),
        };
        return new()
        {
            SampleSize = size,
            InChannels = data.Int("channels", 3),
            CenterInputSample = !data.Bool("logit_transform", otherwise: false) && !data.Bool("rescaled", otherwise: false),
            ModelChannels = model.Int("ngf", 128),
            Depth = depth,
            IsConditional = isConditional,
            Normalization = model.Text("normalization", "InstanceNorm++"),
            ActFn = model.Text("nonlinearity", "elu").ToLowerInvariant() is var act && act == "swish" ? "silu" : act,
            SpectralNorm = model.Bool("spec_norm", otherwise: false),
            SigmaCount = model.Int("num_classes", 10),
            SigmaMax = model.Double("sigma_begin", 1),
            SigmaMin = model.Double("sigma_end", 0.01),
            SigmaUniform = model.Text("sigma_dist", "geometric") == "uniform",
        };
    }
}
