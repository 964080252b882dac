namespace Brownian.Ode;

/// <summary>A rooted tree: each stands for one term in the Taylor series of an ODE's solution (Butcher 1963; Hairer et al. 1993, II.2).</summary>
/// <param name="Branches">The trees that hang on the root.</param>
internal sealed record RootedTree(IReadOnlyList<RootedTree> Branches)
{
    /// <summary>The number of vertices, the order of the term.</summary>
    public int Order { get; } = 1 + Branches.Sum(branch => branch.Order);

    /// <summary>γ: the order, times the densities of the branches. A method has the term right if its weight is 1/γ.</summary>
    public double Density { get; } = (1 + Branches.Sum(branch => branch.Order)) * Branches.Aggregate(1.0, (product, branch) => product * branch.Density);

    /// <summary>All trees of an order: 1, 1, 2, 4, 9, 20 … of them.</summary>
    public static IReadOnlyList<RootedTree> OfOrder(int order) => [.. Forests(order - 1, order - 1, 0).Select(branches => new RootedTree(branches))];

    /// <summary>Multisets of trees with so many vertices in all, none larger than <paramref name="largest"/> and none of that size before the one numbered <paramref name="first"/>.</summary>
    private static IEnumerable<IReadOnlyList<RootedTree>> Forests(int vertices, int largest, int first)
    {
        if (vertices == 0)
        {
            yield return [];
        }

        for (var size = Math.Min(vertices, largest); size >= 1; size--)
        {
            var trees = OfOrder(size);
            for (var i = size == largest ? first : 0; i < trees.Count; i++)
            {
                foreach (var rest in Forests(vertices - size, size, i))
                {
                    yield return [trees[i], .. rest];
                }
            }
        }
    }
}
