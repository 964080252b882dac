using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>What both autoencoders do alike.</summary>
internal static class CodecInputs
{
    /// <summary>A function of a batch, applied to each sample alone where that shall save memory.</summary>
    public static Tensor OneByOne(Tensor batch, bool alone, Func<Tensor, Tensor> work)
    {
        if (!alone || batch.size(0) == 1)
        {
            return work(batch);
        }

        using var scope = NewDisposeScope();
        return cat([.. Enumerable.Range(0, (int)batch.size(0)).Select(i => work(batch.narrow(0, i, 1)))], 0).MoveToOuterDisposeScope();
    }

    public static void CheckImages(CodecConfig config, Tensor images)
    {
        if (images.dim() != 4 || images.size(1) != config.InChannels)
        {
            throw new ArgumentException($"images: expected [N, {config.InChannels}, H, W]; got [{string.Join(", ", images.shape)}].", nameof(images));
        }
    }

    public static void CheckLatents(Tensor latents, int channels)
    {
        if (latents.dim() != 4 || latents.size(1) != channels)
        {
            throw new ArgumentException($"latents: expected [N, {channels}, h, w]; got [{string.Join(", ", latents.shape)}].", nameof(latents));
        }
    }
}
