using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Cli.Likelihoods;

/// <summary>What images are conditioned on while they are measured.</summary>
internal static class ImageCondition
{
    /// <summary>--class for all of them; else "any class" where the model knows that; else each one's own class.</summary>
    /// <returns>Labels, [N], for a scope of the caller; null for an unconditional model.</returns>
    /// <exception cref="UsageException">The model wants a class, and there is none.</exception>
    public static Condition? Of(ModelBundle bundle, string? wish, IReadOnlyList<int?> own)
    {
        if (wish is not null)
        {
            var label = UsageException.When(() => bundle.LabelOf(wish));
            return Labels(own.Select(_ => label));
        }

        if (bundle.ClassCount is not { } classes)
        {
            return null;
        }

        if (bundle.NullLabel is { } any)
        {
            return Labels(own.Select(_ => any));
        }

        return own.All(label => label < classes)
            ? Labels(own.Select(label => (long)label!))
            : throw new UsageException("--class: the model draws pictures of a class, and was not trained to do without. Name the images' class with --class.");
    }

    private static Condition Labels(IEnumerable<long> labels) => new() { Labels = tensor(labels.ToArray(), dtype: ScalarType.Int64) };
}
