using Brownian.Checkpoints;
using Brownian.Ode;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Cli.Likelihoods;

/// <summary>The change of variables along the probability flow.</summary>
internal sealed class FlowMethod : ILikelihoodMethod
{
    public IEnumerable<ImageLikelihood> Run(
        ModelBundle bundle, Tensor images, LikelihoodRequest request, Action<int, int> onCall, CancellationToken cancellation) =>
        MeasureLikelihood.Run(bundle.Model, images, request, (first, step) => onCall(first, step.Evaluations), cancellation);

    public string Describe(LikelihoodRequest request)
    {
        var solver = (AdaptiveSteps)request.Method.Solver;
        var divergence = request.Exact ? "exact divergence" : $"{request.Probes} {request.Distribution} probe{(request.Probes == 1 ? "" : "s")}";
        return $"by the probability-flow ODE: {solver.Tableau}, rtol {solver.RelativeTolerance:g3}, atol {solver.AbsoluteTolerance:g3}, {divergence}, "
            + $"uniform noise in bins of {request.Dequantization.BinWidth:g4}, repeats {request.Repeats}";
    }
}
