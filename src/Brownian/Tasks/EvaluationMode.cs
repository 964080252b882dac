namespace Brownian.Tasks;

/// <summary>Dropout off while it lives; afterwards as it was.</summary>
internal readonly struct EvaluationMode : IDisposable
{
    private readonly Network? training;

    public EvaluationMode(Network network)
    {
        training = network.training ? network : null;
        network.eval();
    }

    public void Dispose() => training?.train();
}
