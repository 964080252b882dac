using System.Text.Json;
using System.Text.Json.Serialization;
using Brownian.Networks.UNet;

namespace Brownian.Networks.Guided;

/// <summary>
/// improved-diffusion's and guided-diffusion's <c>UNetModel</c>, and <c>SuperResModel</c>. The network is a <see cref="UNet2D"/>: the
/// mathematics is the same, only names and the order of attention weights in checkpoints differ.
/// </summary>
public sealed record GuidedUNetConfig() : GuidedConfig("UNetModel")
{
    /// <summary>Number of class labels; null for none.</summary>
    public int? NumClasses { get; init; }

    /// <summary>Whether it is a <c>SuperResModel</c>, which is shown a small image in Condition.Image.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SuperResolution { get; init; }

    /// <summary>Reads constructor arguments as JSON. Those that only say how to compute (use_fp16, use_checkpoint) are passed over.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static GuidedUNetConfig FromJson(string json) => GuidedJson.Read<GuidedUNetConfig>(json);

    /// <summary>The same network in the terms of diffusers' configuration.</summary>
    /// <exception cref="ArgumentException">The images are not two-dimensional, or there are no levels.</exception>
    public UNet2DConfig ToUNet2D() => Trunk() with
    {
        InChannels = SuperResolution ? 2 * InChannels : InChannels,
        LowResolutionInput = SuperResolution,
        NumClassEmbeds = NumClasses,
    };

    /// <inheritdoc/>
    public override UNet2D Create(ulong seed = 0) => new(ToUNet2D(), seed);

    /// <inheritdoc/>
    public override GuidedUNetConfig For(NetworkNeeds needs) => this with
    {
        ImageSize = needs.Height,
        InChannels = needs.Channels,
        OutChannels = needs.OutChannels,
        NumClasses = needs.Labels,
    };

    /// <inheritdoc/>
    public override string ToJson() => GuidedJson.Write(this);
}
