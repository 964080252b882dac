using static TorchSharp.torch;

namespace Brownian.Likelihood;

/// <summary>The divergence itself: one vector–Jacobian product for each number of a sample, which is for few dimensions.</summary>
public sealed class ExactDivergence : IDivergence
{
    /// <inheritdoc/>
    public int Estimates => 1;

    /// <inheritdoc/>
    public Tensor Of(Tensor velocity, Tensor x)
    {
        using var scope = NewDisposeScope();
        var (rows, size) = (x.size(0), x.numel() / x.size(0));
        var unit = zeros_like(x).reshape(rows, size);
        var sum = zeros(rows, dtype: x.dtype, device: x.device);
        for (var i = 0L; i < size; i++)
        {
            using var inner = NewDisposeScope();
            unit.zero_().select(1, i).fill_(1);
            sum.add_(VectorJacobian.Product(velocity, x, unit.reshape(x.shape), i == size - 1).reshape(rows, size).select(1, i));
        }

        return sum.unsqueeze(1).MoveToOuterDisposeScope();
    }
}
