using static TorchSharp.torch;

namespace Brownian;

/// <summary>What samples are conditioned on. Every part is optional; null means "not conditioned on this".</summary>
public sealed record Condition
{
    /// <summary>Class labels, [N], int64. A network trained for guidance has one label more than classes: the last means "any".</summary>
    public Tensor? Labels { get; init; }

    /// <summary>One vector a sample (an image or text embedding), [N, D].</summary>
    public Tensor? Embedding { get; init; }

    /// <summary>A sequence of vectors a sample (text tokens), [N, L, D].</summary>
    public Tensor? Tokens { get; init; }

    /// <summary>How each sample's image was augmented in training (Karras et al. 2022, app. F.2), [N, A]; null or zeros for not at all.</summary>
    public Tensor? Augmentation { get; init; }

    /// <summary>An image that is shown beside xt, [N, C, H, W] in [−1, 1].</summary>
    public Tensor? Image { get; init; }

    /// <summary>The condition of the samples <paramref name="from"/> … <paramref name="from"/> + <paramref name="count"/> − 1; views.</summary>
    public Condition Slice(long from, long count) => Each(part => part.narrow(0, from, count));

    /// <summary>The condition on another device; parts that are there already are shared.</summary>
    public Condition To(Device device) => Each(part => part.to(device));

    /// <summary>Joins the batches of two conditions that have the same parts: [N], [M] → [N + M]. Guidance evaluates both in one call.</summary>
    /// <exception cref="ArgumentException">One has a part that the other lacks.</exception>
    public static Condition Join(Condition first, Condition second)
    {
        return new()
        {
            Labels = Part(first.Labels, second.Labels, nameof(Labels)),
            Embedding = Part(first.Embedding, second.Embedding, nameof(Embedding)),
            Tokens = Part(first.Tokens, second.Tokens, nameof(Tokens)),
            Augmentation = Part(first.Augmentation, second.Augmentation, nameof(Augmentation)),
            Image = Part(first.Image, second.Image, nameof(Image)),
        };

        static Tensor? Part(Tensor? a, Tensor? b, string name) => (a, b) switch
        {
            (null, null) => null,
            ({ } x, { } y) => cat([x, y], 0),
            _ => throw new ArgumentException(
                $"condition: {name} is given on one side only. Give it on both, or use the network's \"any\" value for it."),
        };
    }

    private Condition Each(Func<Tensor, Tensor> change) => new()
    {
        Labels = Labels is { } labels ? change(labels) : null,
        Embedding = Embedding is { } embedding ? change(embedding) : null,
        Tokens = Tokens is { } tokens ? change(tokens) : null,
        Augmentation = Augmentation is { } augmentation ? change(augmentation) : null,
        Image = Image is { } image ? change(image) : null,
    };
}
