using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>What flows from level to level.</summary>
/// <param name="Hidden">Features, [N, C, H, W].</param>
/// <param name="Image">The image pyramid beside them that Skip blocks read and write, [N, 3, H, W]; null where there is none.</param>
internal readonly record struct Features(Tensor Hidden, Tensor? Image)
{
    public Features MoveToOuterScope() => new(Hidden.MoveToOuterDisposeScope(), Image?.MoveToOuterDisposeScope());
}
