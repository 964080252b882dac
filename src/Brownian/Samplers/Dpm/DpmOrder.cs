namespace Brownian.Samplers;

/// <summary>The orders that DPM-Solvers have.</summary>
internal static class DpmOrder
{
    /// <exception cref="ArgumentOutOfRangeException">It is not 1, 2 or 3.</exception>
    public static int Checked(int order) => order is >= 1 and <= 3
        ? order
        : throw new ArgumentOutOfRangeException(nameof(order), order, "DPM-Solver: expected an order of 1, 2 or 3.");
}
