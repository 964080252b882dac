using static TorchSharp.torch;

namespace Brownian.Networks.Clip;

/// <summary>What CLIP's image encoder says of images.</summary>
/// <param name="LastState">The tokens after the last block, [N, T, D]; the first is the whole image's.</param>
/// <param name="Pooled">The whole image's after the final norm, [N, D].</param>
/// <param name="Embedding">The images in the space that they share with texts, [N, P]; null for encoders without a projection.</param>
/// <param name="States">The embedded patches, and the tokens after every block; each [N, T, D].</param>
public sealed record ClipVisionOutput(Tensor LastState, Tensor Pooled, Tensor? Embedding, IReadOnlyList<Tensor> States);
