using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>A step of unCLIP.</summary>
/// <param name="First">The number of the batch's first picture.</param>
/// <param name="Stage">Which of its three chains is being walked.</param>
/// <param name="Step">The number of the step, from 1.</param>
/// <param name="Steps">How many this stage has.</param>
/// <param name="Data">The data after it: embeddings, [N, D], or images, [N, C, H, W]; borrowed.</param>
public readonly record struct UnClipMoment(int First, UnClipStage Stage, int Step, int Steps, Tensor Data);

/// <summary>The chains of unCLIP.</summary>
public enum UnClipStage
{
    /// <summary>From a text's embedding to a picture's.</summary>
    Prior,

    /// <summary>From a picture's embedding to a small picture.</summary>
    Decoder,

    /// <summary>From the small picture to the large one.</summary>
    Enlarger,
}
