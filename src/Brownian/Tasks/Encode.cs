using Brownian.Ode;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>Between images and their latents along the probability flow: deterministic, invertible, and the same for any network that learned the data well.</summary>
public static class Encode
{
    /// <summary>The latents of images: where the flow takes them.</summary>
    /// <param name="model">The model; its network is put into evaluation mode for the time of the call.</param>
    /// <param name="images">Images in [−1, 1], [N, C, H, W]; borrowed.</param>
    /// <param name="request">How.</param>
    /// <param name="onStep">Called after each attempt of the solver.</param>
    /// <param name="cancellation">Checked after each step.</param>
    /// <returns>Latents, [N, C, H, W] on the CPU, whose numbers are about N(0, s²) with s = the path's start scale. They belong to the caller's dispose scope.</returns>
    public static OdeSolution Run(
        DiffusionModel model, Tensor images, EncodeRequest request, Action<OdeStep>? onStep = null, CancellationToken cancellation = default) =>
        Carry(model, images, model.Path.Cleanest, model.Path.Noisiest, request, onStep, cancellation);

    /// <summary>The images of latents. Little noise stays in them: that of the path's cleanest level.</summary>
    /// <param name="model">The model.</param>
    /// <param name="latents">[N, C, H, W]; borrowed.</param>
    /// <param name="request">How.</param>
    /// <param name="onStep">Called after each attempt of the solver.</param>
    /// <param name="cancellation">Checked after each step.</param>
    /// <returns>Images, [N, C, H, W] on the CPU, which belong to the caller's dispose scope.</returns>
    public static OdeSolution Invert(
        DiffusionModel model, Tensor latents, EncodeRequest request, Action<OdeStep>? onStep = null, CancellationToken cancellation = default) =>
        Carry(model, latents, model.Path.Noisiest, model.Path.Cleanest, request, onStep, cancellation);

    private static OdeSolution Carry(
        DiffusionModel model, Tensor x, NoiseLevel from, NoiseLevel to, EncodeRequest request, Action<OdeStep>? onStep, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var mode = new EvaluationMode(model.Network);
        var device = model.Network.parameters().FirstOrDefault()?.device ?? CPU;
        var ode = new ProbabilityFlowOde(model.Bind(request.Condition?.To(device)), model.Path, request.Clock);
        var solution = ode.Carry(request.Solver, x.to(device), from, to, (step, _) => onStep?.Invoke(step), cancellation);
        return solution with { State = solution.State.to(CPU).MoveToOuterDisposeScope() };
    }
}
