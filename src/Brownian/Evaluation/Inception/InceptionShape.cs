namespace Brownian.Evaluation;

/// <summary>One convolution of Inception with its norm and ReLU.</summary>
/// <param name="Name">Under which its weights are kept.</param>
/// <param name="Out">Channels that go out.</param>
/// <param name="Height">Of the kernel, in pixels.</param>
/// <param name="Width">Of the kernel, in pixels.</param>
/// <param name="Stride">In pixels; above 1 nothing is padded.</param>
internal sealed record InceptionUnitShape(string Name, int Out, int Height = 1, int Width = 1, int Stride = 1);

/// <summary>What a branch of a block does to its input first.</summary>
internal enum InceptionPooling
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The mean of the 3×3 pixels that lie inside the map.</summary>
    Average,

    /// <summary>The largest of 3×3 pixels.</summary>
    Largest,

    /// <summary>The largest of 3×3 pixels at every second one.</summary>
    Halving,
}

/// <summary>One of the branches whose outputs a block joins.</summary>
/// <param name="Units">One after the other.</param>
internal sealed record InceptionBranch(params InceptionUnitShape[] Units)
{
    public InceptionPooling Pooling { get; init; }

    /// <summary>Units that all take the last one's output, and whose outputs are joined.</summary>
    public IReadOnlyList<InceptionUnitShape> Fork { get; init; } = [];
}

/// <summary>One block: branches that take the same input.</summary>
/// <param name="Name">Under which its weights are kept.</param>
/// <param name="Branches">Their outputs are joined in this order.</param>
internal sealed record InceptionBlockShape(string Name, IReadOnlyList<InceptionBranch> Branches);

/// <summary>The blocks of Inception v3 (Szegedy et al. 2016) as TensorFlow's 2015 graph has them, in the names of torchvision.</summary>
internal static class InceptionShape
{
    /// <summary>The convolutions before the blocks; the second and the fourth pair end in a pooling.</summary>
    public static IReadOnlyList<InceptionUnitShape> Stem { get; } =
    [
        new("Conv2d_1a_3x3", 32, 3, 3, 2), new("Conv2d_2a_3x3", 32, 3, 3), new("Conv2d_2b_3x3", 64, 3, 3), new("Conv2d_3b_1x1", 80), new("Conv2d_4a_3x3", 192, 3, 3),
    ];

    /// <summary>The blocks.</summary>
    public static IReadOnlyList<InceptionBlockShape> Blocks { get; } =
    [
        new("Mixed_5b", Square(32)), new("Mixed_5c", Square(64)), new("Mixed_5d", Square(64)),
        new("Mixed_6a",
        [
            new(new InceptionUnitShape("branch3x3", 384, 3, 3, 2)),
            new(new("branch3x3dbl_1", 64), new("branch3x3dbl_2", 96, 3, 3), new("branch3x3dbl_3", 96, 3, 3, 2)),
            new() { Pooling = InceptionPooling.Halving },
        ]),
        new("Mixed_6b", Long(128)), new("Mixed_6c", Long(160)), new("Mixed_6d", Long(160)), new("Mixed_6e", Long(192)),
        new("Mixed_7a",
        [
            new(new("branch3x3_1", 192), new("branch3x3_2", 320, 3, 3, 2)),
            new(new("branch7x7x3_1", 192), new("branch7x7x3_2", 192, 1, 7), new("branch7x7x3_3", 192, 7, 1), new("branch7x7x3_4", 192, 3, 3, 2)),
            new() { Pooling = InceptionPooling.Halving },
        ]),

        // The graph takes the largest pixel in the last block, where the paper takes the mean.
        new("Mixed_7b", Forked(InceptionPooling.Average)), new("Mixed_7c", Forked(InceptionPooling.Largest)),
    ];

    private static InceptionBranch[] Square(int pooled) =>
    [
        new(new InceptionUnitShape("branch1x1", 64)),
        new(new("branch5x5_1", 48), new("branch5x5_2", 64, 5, 5)),
        new(new("branch3x3dbl_1", 64), new("branch3x3dbl_2", 96, 3, 3), new("branch3x3dbl_3", 96, 3, 3)),
        new(new InceptionUnitShape("branch_pool", pooled)) { Pooling = InceptionPooling.Average },
    ];

    private static InceptionBranch[] Long(int width) =>
    [
        new(new InceptionUnitShape("branch1x1", 192)),
        new(new("branch7x7_1", width), new("branch7x7_2", width, 1, 7), new("branch7x7_3", 192, 7, 1)),
        new(
            new("branch7x7dbl_1", width), new("branch7x7dbl_2", width, 7, 1), new("branch7x7dbl_3", width, 1, 7), new("branch7x7dbl_4", width, 7, 1),
            new("branch7x7dbl_5", 192, 1, 7)),
        new(new InceptionUnitShape("branch_pool", 192)) { Pooling = InceptionPooling.Average },
    ];

    private static InceptionBranch[] Forked(InceptionPooling pooling) =>
    [
        new(new InceptionUnitShape("branch1x1", 320)),
        new(new InceptionUnitShape("branch3x3_1", 384)) { Fork = [new("branch3x3_2a", 384, 1, 3), new("branch3x3_2b", 384, 3, 1)] },
        new(new("branch3x3dbl_1", 448), new("branch3x3dbl_2", 384, 3, 3)) { Fork = [new("branch3x3dbl_3a", 384, 1, 3), new("branch3x3dbl_3b", 384, 3, 1)] },
        new(new InceptionUnitShape("branch_pool", 192)) { Pooling = pooling },
    ];
}
