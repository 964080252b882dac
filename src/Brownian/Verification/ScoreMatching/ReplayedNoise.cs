using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>The noise that a reference drew, step by step: what it draws in a step and we do not is passed over.</summary>
/// <param name="draws">[draws, N, …].</param>
/// <param name="perStep">Draws of the reference in one step.</param>
internal sealed class ReplayedNoise(Tensor draws, int perStep) : INoise
{
    private int step;
    private int inStep;

    /// <inheritdoc/>
    public Tensor NormalLike(Tensor like)
    {
        var index = step * perStep + inStep++;
        return inStep <= perStep && index < draws.size(0)
            ? draws[index].to(like.dtype)
            : throw new InvalidOperationException($"noise: the reference drew {perStep} times in step {step}, {draws.size(0)} in all; a further draw was asked for.");
    }

    /// <summary>Goes on to the next step.</summary>
    public void NextStep() => (step, inStep) = (step + 1, 0);
}
