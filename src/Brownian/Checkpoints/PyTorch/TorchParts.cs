namespace Brownian.Checkpoints;

/// <summary>Which of the tensors of a checkpoint are the weights: training programs keep averages and optimizer moments beside them.</summary>
internal static class TorchParts
{
    /// <summary>Where programs keep the weights that the optimizer moves, and their average (by name, or in the order of the parameters).</summary>
    private static readonly (string Weights, string Average)[] Averages =
    [
        ("model", "ema.shadow_params"), // score_sde_pytorch
        ("0", "4"), // ncsn, ncsnv2
        ("model", "ema"), // DiT
        ("model", "model_ema"), // k-diffusion
        ("model", "ema_model"),
        ("state_dict", "ema_state_dict"),
        ("model_state_dict", "ema_state_dict"),
        ("params", "params_ema"),
        ("net", "ema"),
    ];

    /// <summary>Where weights are when there is no average, the likeliest first.</summary>
    private static readonly string[] Usual =
        ["state_dict", "model", "model_state_dict", "ema", "model_ema", "ema_model", "params_ema", "params", "net", "network", "generator", "module", "weights", "0", ""];

    // Named parameters that no optimizer moves, and buffers: averages do not have them.
    private static readonly string[] Buffers = ["sigmas", "num_batches_tracked", "running_mean", "running_var"];

    /// <summary>The names and tensors of a part; of the weights when <paramref name="part"/> is null.</summary>
    /// <exception cref="CheckpointFormatException">There is no such part.</exception>
    public static (string? Part, IReadOnlyList<(string Name, object Tensor)> Tensors) Choose(TorchTree tree, string? part, string file)
    {
        if (part is { Length: 0 } || (part is null && (tree.Places is [""] || (tree.IsModule && tree.Tensors.Count > 0))))
        {
            return (null, tree.Tensors);
        }

        foreach (var (weights, average) in Averages)
        {
            if ((part is null || part == average) && Averaged(Under(tree, weights), Under(tree, average)) is { } averaged)
            {
                return (average, averaged);
            }
        }

        var chosen = part ?? Usual.FirstOrDefault(tree.Places.Contains) ?? (tree.Places is [var only] ? only : null) ?? throw new CheckpointFormatException(
            file,
            tree.Tensors.Count == 0 ? "it holds no tensors" : $"it holds several sets of tensors: {string.Join(", ", tree.Places.Take(12))}",
            tree.Tensors.Count == 0 ? "It is no checkpoint of weights." : "Say which is meant.");
        var found = Under(tree, chosen);
        return found.Count > 0 ? (chosen, found) : throw new CheckpointFormatException(
            file, $"it has no part '{chosen}'; its parts are {string.Join(", ", tree.Places.Take(12))}", "Choose one of them.", chosen);
    }

    private static List<(string Name, object Tensor)> Under(TorchTree tree, string part)
    {
        var prefix = part.Length == 0 ? string.Empty : part + ".";
        return [.. tree.Tensors.Where(t => t.Path.StartsWith(prefix, StringComparison.Ordinal)).Select(t => (t.Path[prefix.Length..], t.Tensor))];
    }

    // The weights with every parameter replaced by its average; null when the one is not an average of the other.
    private static List<(string Name, object Tensor)>? Averaged(List<(string Name, object Tensor)> weights, List<(string Name, object Tensor)> averages)
    {
        if (weights.Count == 0 || averages.Count == 0)
        {
            return null;
        }

        var byNumber = averages.Index().All(item => item.Item.Name == $"{item.Index}");
        return byNumber ? InOrder(weights, averages) : ByName(weights, averages);
    }

    private static List<(string Name, object Tensor)>? InOrder(List<(string Name, object Tensor)> weights, List<(string Name, object Tensor)> averages)
    {
        var next = 0;
        var merged = new List<(string Name, object Tensor)>();
        foreach (var (name, tensor) in weights)
        {
            if (IsBuffer(name, tensor))
            {
                merged.Add((name, tensor));
                continue;
            }

            if (next == averages.Count || !ShapeOf(averages[next].Tensor).SequenceEqual(ShapeOf(tensor)))
            {
                return null;
            }

            merged.Add((name, averages[next++].Tensor));
        }

        return next == averages.Count ? merged : null;
    }

    private static List<(string Name, object Tensor)>? ByName(List<(string Name, object Tensor)> weights, List<(string Name, object Tensor)> averages)
    {
        // DataParallel puts its name before those of the weights, and is taken off before they are averaged.
        var named = averages.ToDictionary(average => Plain(average.Name), average => average.Tensor, StringComparer.Ordinal);
        var merged = weights.ConvertAll(weight => (weight.Name, named.GetValueOrDefault(Plain(weight.Name), weight.Tensor)));
        var names = weights.Select(weight => Plain(weight.Name)).ToHashSet(StringComparer.Ordinal);
        return named.Keys.All(names.Contains) ? merged : null;

        static string Plain(string name) => name.StartsWith("module.", StringComparison.Ordinal) ? name["module.".Length..] : name;
    }

    private static bool IsBuffer(string name, object tensor)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];

        // The Fourier frequencies of score_sde_pytorch, W, are a parameter that is not trained; its 1×1 convolutions' W is a matrix.
        return Buffers.Contains(last, StringComparer.Ordinal) || (last == "W" && ShapeOf(tensor).Length == 1);
    }

    private static long[] ShapeOf(object tensor) => tensor is PickledTensor torch ? torch.Layout.Shape : ((PickledArray)tensor).Layout!.Shape;
}
