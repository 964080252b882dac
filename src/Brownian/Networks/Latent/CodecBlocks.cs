using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>What the blocks of an encoder or decoder are made with.</summary>
/// <param name="Config">The autoencoder's shape.</param>
/// <param name="Compute">Shared by its layers.</param>
/// <param name="LatentChannels">Channels of the latents that the norms see; null for plain norms.</param>
internal sealed record CodecBlocks(CodecConfig Config, ComputeSettings Compute, long? LatentChannels = null)
{
    /// <summary>ε of all norms; diffusers has it in its code.</summary>
    public const double Epsilon = 1e-6;

    /// <summary>A residual block; its second argument is the latents, which plain ones do not look at.</summary>
    public nn.Module<Tensor, Tensor?, Tensor> Block(long from, long to)
    {
        var activation = Activations.Parse(Config.ActFn);
        return LatentChannels is { } latent
            ? new SpatialResBlock(from, to, latent, activation, Compute)
            : new ResBlock(
                new() { InChannels = from, OutChannels = to, Groups = Config.NormNumGroups, Epsilon = Epsilon, Activation = activation }, Compute);
    }

    /// <summary>Attention of one head.</summary>
    public Attention Attend(long channels) => new(
        new()
        {
            Channels = channels,
            HeadChannels = channels,
            Groups = LatentChannels is null ? Config.NormNumGroups : null,
            LatentChannels = LatentChannels,
            Epsilon = Epsilon,
        },
        Compute);

    /// <summary>Whether a level of this type attends.</summary>
    /// <param name="type">The name in the configuration.</param>
    /// <param name="plain">The level without attention; "Attn" before it is the one with.</param>
    /// <param name="field">Where the name stands.</param>
    public static bool Attends(string type, string plain, string field) =>
        type == plain ? false
        : type == "Attn" + plain ? true
        : throw new ArgumentException($"{field}: expected {plain} or Attn{plain}; got \"{type}\".");
}
