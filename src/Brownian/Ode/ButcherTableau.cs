namespace Brownian.Ode;

/// <summary>
/// An explicit Runge–Kutta method as its table of coefficients (Butcher 1964), with a second set of weights where it estimates its own
/// error. It checks itself: a table that does not have the order it claims cannot be made.
/// </summary>
public sealed class ButcherTableau
{
    // Coefficients are rounded fractions, and conditions are sums of products of them.
    private const double Rounding = 1e-13;

    /// <summary>Makes and checks a table.</summary>
    /// <param name="name">The method's name.</param>
    /// <param name="order">The order of the solution that <paramref name="weights"/> give.</param>
    /// <param name="matrix">Row i: how the slopes before stage i make up the state at which stage i asks for its slope; i numbers.</param>
    /// <param name="weights">How the slopes make up the step, one number a stage.</param>
    /// <param name="embedded">Other weights, of <paramref name="embeddedOrder"/>, whose step is compared; null for a method without an estimate.</param>
    /// <param name="embeddedOrder">Their order.</param>
    /// <exception cref="ArgumentException">The table has a wrong shape, or violates an order condition.</exception>
    public ButcherTableau(
        string name, int order, IReadOnlyList<IReadOnlyList<double>> matrix, IReadOnlyList<double> weights, IReadOnlyList<double>? embedded = null, int embeddedOrder = 0)
    {
        (Name, Order, Matrix, Weights, Embedded, EmbeddedOrder) = (name, order, matrix, weights, embedded, embeddedOrder);
        CheckShape();
        Nodes = [.. matrix.Select(row => Math.Abs(row.Sum() - 1) < Rounding ? 1 : row.Sum())];
        CheckOrder(weights, order, "weights");
        if (embedded is not null)
        {
            CheckOrder(embedded, embeddedOrder, "embedded weights");
        }
    }

    /// <summary>Euler's method.</summary>
    public static ButcherTableau Euler { get; } = new("Euler", 1, [[]], [1]);

    /// <summary>The midpoint method (Runge 1895).</summary>
    public static ButcherTableau Midpoint { get; } = new("midpoint", 2, [[], [1.0 / 2]], [0, 1]);

    /// <summary>Heun's method (1900), with Euler's as its estimate.</summary>
    public static ButcherTableau Heun { get; } = new("Heun", 2, [[], [1]], [1.0 / 2, 1.0 / 2], [1, 0], 1);

    /// <summary>Ralston's method (1962): of the two-stage methods the one with the smallest bound on its error.</summary>
    public static ButcherTableau Ralston { get; } = new("Ralston", 2, [[], [2.0 / 3]], [1.0 / 4, 3.0 / 4]);

    /// <summary>Kutta's method of order 3 (1901).</summary>
    public static ButcherTableau Kutta3 { get; } = new("Kutta 3", 3, [[], [1.0 / 2], [-1, 2]], [1.0 / 6, 2.0 / 3, 1.0 / 6]);

    /// <summary>The classical method of order 4 (Kutta 1901).</summary>
    public static ButcherTableau RungeKutta4 { get; } =
        new("Runge-Kutta 4", 4, [[], [1.0 / 2], [0, 1.0 / 2], [0, 0, 1]], [1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6]);

    /// <summary>Kutta's 3/8 rule of order 4 (1901).</summary>
    public static ButcherTableau ThreeEighths { get; } =
        new("3/8 rule", 4, [[], [1.0 / 3], [-1.0 / 3, 1], [1, -1, 1]], [1.0 / 8, 3.0 / 8, 3.0 / 8, 1.0 / 8]);

    /// <summary>Bogacki and Shampine's 3(2) pair (1989), which is scipy's RK23 and MATLAB's ode23.</summary>
    public static ButcherTableau BogackiShampine { get; } = new(
        "Bogacki-Shampine 3(2)", 3,
        [[], [1.0 / 2], [0, 3.0 / 4], [2.0 / 9, 1.0 / 3, 4.0 / 9]],
        [2.0 / 9, 1.0 / 3, 4.0 / 9, 0],
        [7.0 / 24, 1.0 / 4, 1.0 / 3, 1.0 / 8], 2);

    /// <summary>Cash and Karp's 5(4) pair (1990).</summary>
    public static ButcherTableau CashKarp { get; } = new(
        "Cash-Karp 5(4)", 5,
        [
            [],
            [1.0 / 5],
            [3.0 / 40, 9.0 / 40],
            [3.0 / 10, -9.0 / 10, 6.0 / 5],
            [-11.0 / 54, 5.0 / 2, -70.0 / 27, 35.0 / 27],
            [1631.0 / 55296, 175.0 / 512, 575.0 / 13824, 44275.0 / 110592, 253.0 / 4096],
        ],
        [37.0 / 378, 0, 250.0 / 621, 125.0 / 594, 0, 512.0 / 1771],
        [2825.0 / 27648, 0, 18575.0 / 48384, 13525.0 / 55296, 277.0 / 14336, 1.0 / 4], 4);

    /// <summary>Dormand and Prince's 5(4) pair (1980), which is scipy's RK45, MATLAB's ode45 and torchdiffeq's dopri5.</summary>
    public static ButcherTableau DormandPrince { get; } = new(
        "Dormand-Prince 5(4)", 5,
        [
            [],
            [1.0 / 5],
            [3.0 / 40, 9.0 / 40],
            [44.0 / 45, -56.0 / 15, 32.0 / 9],
            [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
            [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
            [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
        ],
        [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0],
        [5179.0 / 57600, 0, 7571.0 / 16695, 393.0 / 640, -92097.0 / 339200, 187.0 / 2100, 1.0 / 40], 4);

    /// <summary>The method's name.</summary>
    public string Name { get; }

    /// <summary>The order of the solution: the error of a step of length h is of the size of h to the power of Order + 1.</summary>
    public int Order { get; }

    /// <summary>The order of the solution that the error is estimated against; 0 without one.</summary>
    public int EmbeddedOrder { get; }

    /// <summary>How many slopes a step asks for.</summary>
    public int Stages => Weights.Count;

    /// <summary>a: strictly lower triangular, row i has i numbers.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Matrix { get; }

    /// <summary>b, one number a stage.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>b̂, one number a stage; null for a method that does not estimate its error.</summary>
    public IReadOnlyList<double>? Embedded { get; }

    /// <summary>c, where in its step a stage asks: the sums of the rows.</summary>
    public IReadOnlyList<double> Nodes { get; }

    /// <summary>Whether the last slope of a step is the first of the next, which then need not be asked for.</summary>
    public bool LastIsFirst => Stages > 1 && Nodes[^1] == 1 && Weights[^1] == 0 && Matrix[^1].SequenceEqual(Weights.Take(Stages - 1));

    /// <inheritdoc/>
    public override string ToString() => Name;

    private void CheckShape()
    {
        var fits = Matrix.Count == Stages && Matrix.Select((row, i) => row.Count == i).All(right => right) && Stages > 0;
        if (!fits || (Embedded is not null && Embedded.Count != Stages))
        {
            throw new ArgumentException(
                $"{Name}: expected {Stages} rows of 0, 1, 2 … numbers, one for each weight (an explicit method); got rows of "
                + $"{string.Join(", ", Matrix.Select(row => row.Count))}{(Embedded is null ? "" : $" and {Embedded.Count} embedded weights")}.");
        }
    }

    private void CheckOrder(IReadOnlyList<double> weights, int order, string what)
    {
        foreach (var tree in Enumerable.Range(1, order).SelectMany(RootedTree.OfOrder))
        {
            var weight = Enumerable.Range(0, Stages).Sum(stage => weights[stage] * Inner(tree, stage));
            if (!(Math.Abs(weight - 1 / tree.Density) < Rounding))
            {
                throw new ArgumentException(
                    $"{Name}: the {what} do not have order {order}: a condition of order {tree.Order} gives {weight}, expected {1 / tree.Density}. "
                    + "Look for a mistyped coefficient, or claim a lower order.");
            }
        }
    }

    /// <summary>What the tree's branches contribute at one stage (Hairer et al. 1993, II.2, definition 2.9).</summary>
    private double Inner(RootedTree tree, int stage)
    {
        var product = 1.0;
        foreach (var branch in tree.Branches)
        {
            var sum = 0.0;
            for (var j = 0; j < stage; j++)
            {
                sum += Matrix[stage][j] * Inner(branch, j);
            }

            product *= sum;
        }

        return product;
    }
}
