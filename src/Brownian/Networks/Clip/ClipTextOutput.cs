using static TorchSharp.torch;

namespace Brownian.Networks.Clip;

/// <summary>What CLIP's text encoder says of texts.</summary>
/// <param name="LastState">The tokens after the final norm, [N, L, D].</param>
/// <param name="Pooled">The token that ends each text, after the final norm, [N, D].</param>
/// <param name="Embedding">The texts in the space that they share with images, [N, P]; null for encoders without a projection.</param>
/// <param name="States">The embedded tokens, and the tokens after every block, before the final norm; each [N, L, D].</param>
public sealed record ClipTextOutput(Tensor LastState, Tensor Pooled, Tensor? Embedding, IReadOnlyList<Tensor> States);
