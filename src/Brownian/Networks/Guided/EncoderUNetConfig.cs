using System.Text.Json;

namespace Brownian.Networks.Guided;

/// <summary>
/// guided-diffusion's <c>EncoderUNetModel</c>: the way down of a UNet and its middle, pooled to one vector a sample. It classifies noisy
/// images (Dhariwal and Nichol 2021, section 4).
/// </summary>
public sealed record EncoderUNetConfig() : GuidedConfig("EncoderUNetModel")
{
    /// <summary>
    /// "adaptive": the mean over pixels; "attention": a learned query over pixels; "spatial", "spatial_v2": the means of all feature maps
    /// through a hidden layer with ReLU, or with a norm and SiLU.
    /// </summary>
    public string Pool { get; init; } = "adaptive";

    /// <inheritdoc cref="GuidedUNetConfig.FromJson"/>
    public static EncoderUNetConfig FromJson(string json) => GuidedJson.Read<EncoderUNetConfig>(json);

    /// <inheritdoc/>
    public override EncoderUNet Create(ulong seed = 0) => new(this, seed);

    /// <inheritdoc/>
    /// <remarks>There are as many outputs as labels.</remarks>
    public override EncoderUNetConfig For(NetworkNeeds needs) => this with
    {
        ImageSize = needs.Height,
        InChannels = needs.Channels,
        OutChannels = needs.Labels ?? throw new ArgumentException("network: a classifier needs data with classes; these have none."),
    };

    /// <inheritdoc/>
    public override string ToJson() => GuidedJson.Write(this);
}
