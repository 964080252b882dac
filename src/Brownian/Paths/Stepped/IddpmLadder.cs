namespace Brownian.Paths;

/// <summary>The σ of improved DDPM's cosine schedule as EDM writes it (Karras et al. 2022, table 1, third column).</summary>
/// <param name="Steps">M, the number of steps.</param>
/// <param name="C1">C₁: the smallest quotient of two neighbouring ᾱ.</param>
/// <param name="C2">C₂: the offset of the cosine.</param>
public sealed record IddpmLadder(int Steps = 1000, double C1 = 0.001, double C2 = 0.008)
{
    /// <summary>u₀ … u_M, from the noisiest to 0, in float32 arithmetic as the networks were trained with.</summary>
    public float[] Single()
    {
        var u = new float[Steps + 1];
        for (var j = Steps; j > 0; j--)
        {
            var quotient = (float)(AlphaBarSingle(j - 1) / AlphaBarSingle(j));
            u[j - 1] = MathF.Sqrt((u[j] * u[j] + 1) / MathF.Max(quotient, (float)C1) - 1);
        }

        return u;
    }

    /// <summary>u₀ … u_M in double precision.</summary>
    public double[] Double()
    {
        var u = new double[Steps + 1];
        for (var j = Steps; j > 0; j--)
        {
            u[j - 1] = Math.Sqrt((u[j] * u[j] + 1) / Math.Max(AlphaBar(j - 1) / AlphaBar(j), C1) - 1);
        }

        return u;
    }

    /// <summary>The number of the u nearest to σ, the noisier of two as near.</summary>
    public int Nearest(double sigma)
    {
        var u = table ??= Single();
        var (low, high) = (0, Steps);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = u[middle] >= sigma ? (middle, high) : (low, middle);
        }

        return Math.Abs(u[high] - sigma) < Math.Abs(u[low] - sigma) ? high : low;
    }

    /// <summary>u_j of this number, float32.</summary>
    public float this[int number] => (table ??= Single())[number];

    private float[]? table;

    /// <inheritdoc/>
    public bool Equals(IddpmLadder? other) => other is not null && (Steps, C1, C2) == (other.Steps, other.C1, other.C2);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Steps, C1, C2);

    private double AlphaBar(int j) => Math.Pow(Math.Sin(0.5 * Math.PI * j / Steps / (C2 + 1)), 2);

    private float AlphaBarSingle(int j)
    {
        var sine = MathF.Sin((float)(0.5 * Math.PI) * j / Steps / (float)(C2 + 1));
        return sine * sine;
    }
}
