using static TorchSharp.torch;

namespace Brownian;

/// <summary>What samples are conditioned on. Every part is optional; null means "not conditioned on this".</summary>
public sealed record Condition
{
    private static readonly Part[] Parts =
    [
        new(nameof(Labels), c => c.Labels, (c, x) => c with { Labels = x }),
        new(nameof(Embedding), c => c.Embedding, (c, x) => c with { Embedding = x }),
        new(nameof(Tokens), c => c.Tokens, (c, x) => c with { Tokens = x }),
        new(nameof(TokenMask), c => c.TokenMask, (c, x) => c with { TokenMask = x }),
        new(nameof(Augmentation), c => c.Augmentation, (c, x) => c with { Augmentation = x }),
        new(nameof(Image), c => c.Image, (c, x) => c with { Image = x }),
        new(nameof(TextEmbedding), c => c.TextEmbedding, (c, x) => c with { TextEmbedding = x }),
        new(nameof(ImageEmbedding), c => c.ImageEmbedding, (c, x) => c with { ImageEmbedding = x }),
        new(nameof(TimeIds), c => c.TimeIds, (c, x) => c with { TimeIds = x }),
        new(nameof(GuidanceEmbedding), c => c.GuidanceEmbedding, (c, x) => c with { GuidanceEmbedding = x }),
        new(nameof(Hint), c => c.Hint, (c, x) => c with { Hint = x }),
    ];

    /// <summary>Class labels, [N], int64. A network trained for guidance has one label more than classes: the last means "any".</summary>
    public Tensor? Labels { get; init; }

    /// <summary>One vector a sample that goes with the time (an image or text embedding), [N, D].</summary>
    public Tensor? Embedding { get; init; }

    /// <summary>A sequence of vectors a sample (text tokens), [N, L, D].</summary>
    public Tensor? Tokens { get; init; }

    /// <summary>Which tokens are to be attended to, [N, L]: 1 (or true) for those, 0 for padding; null for all.</summary>
    public Tensor? TokenMask { get; init; }

    /// <summary>How each sample's image was augmented in training (Karras et al. 2022, app. F.2), [N, A]; null or zeros for not at all.</summary>
    public Tensor? Augmentation { get; init; }

    /// <summary>An image that is shown beside xt, [N, C, H, W] in [−1, 1].</summary>
    public Tensor? Image { get; init; }

    /// <summary>The embedding of a text as one vector, [N, D], of networks that take one beside the tokens (SDXL, Kandinsky 2.1).</summary>
    public Tensor? TextEmbedding { get; init; }

    /// <summary>The embedding of a picture, [N, D], of networks that take one beside the tokens, or in their place (Kandinsky 2).</summary>
    public Tensor? ImageEmbedding { get; init; }

    /// <summary>Sizes and crops in pixels, [N, K], of networks that are told how training images were cut (Podell et al. 2023).</summary>
    public Tensor? TimeIds { get; init; }

    /// <summary>The embedding of a guidance scale, [N, D], of networks distilled from guided ones (Meng et al. 2023; Luo et al. 2023).</summary>
    public Tensor? GuidanceEmbedding { get; init; }

    /// <summary>A picture that guides the layout, [N, 3, 8·H, 8·W] (Kandinsky 2.2's ControlNet).</summary>
    public Tensor? Hint { get; init; }

    /// <summary>The parts that are given.</summary>
    internal IEnumerable<Tensor> Tensors => Parts.Select(part => part.Get(this)).OfType<Tensor>();

    /// <summary>The condition of the samples <paramref name="from"/> … <paramref name="from"/> + <paramref name="count"/> − 1; views.</summary>
    public Condition Slice(long from, long count) => Each(part => part.narrow(0, from, count));

    /// <summary>The condition on another device; parts that are there already are shared.</summary>
    public Condition To(Device device) => Each(part => part.to(device));

    /// <summary>Joins the batches of two conditions that have the same parts: [N], [M] → [N + M]. Guidance evaluates both in one call.</summary>
    /// <exception cref="ArgumentException">One has a part that the other lacks.</exception>
    public static Condition Join(Condition first, Condition second) => Parts.Aggregate(new Condition(), (joined, part) =>
        (part.Get(first), part.Get(second)) switch
        {
            (null, null) => joined,
            ({ } a, { } b) => part.Set(joined, cat([a, b], 0)),
            _ => throw new ArgumentException(
                $"condition: {part.Name} is given on one side only. Give it on both, or use the network's \"any\" value for it."),
        });

    private Condition Each(Func<Tensor, Tensor> change) => Parts.Aggregate(
        new Condition(), (changed, part) => part.Get(this) is { } tensor ? part.Set(changed, change(tensor)) : changed);

    private sealed record Part(string Name, Func<Condition, Tensor?> Get, Func<Condition, Tensor, Condition> Set);
}
