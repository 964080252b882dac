using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>An exponential moving average of the parameters.</summary>
internal sealed class Ema : IDisposable
{
    private readonly FlatParameters parameters;

    /// <summary>Starts at the present parameters.</summary>
    public Ema(FlatParameters parameters)
    {
        this.parameters = parameters;
        Average = parameters.NewBuffer();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Average.copy_(parameters.Buffer);
    }

    /// <summary>The averaged parameters, laid out as the parameters.</summary>
    public Tensor Average { get; }

    /// <summary>average ← decay·average + (1 − decay)·parameters.</summary>
    public void Update(double decay)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Average.lerp_(parameters.Buffer, 1 - decay);
    }

    /// <summary>Puts the average in the network's place until the result is disposed; the trained weights come back bit for bit.</summary>
    public IDisposable Applied()
    {
        using var frozen = no_grad();
        var trained = parameters.Buffer.clone().DetachFromDisposeScope();
        parameters.Load(Average);
        return new Restore(parameters, trained);
    }

    /// <inheritdoc/>
    public void Dispose() => Average.Dispose();

    private sealed class Restore(FlatParameters parameters, Tensor trained) : IDisposable
    {
        public void Dispose()
        {
            if (!trained.IsInvalid)
            {
                parameters.Load(trained);
                trained.Dispose();
            }
        }
    }
}
