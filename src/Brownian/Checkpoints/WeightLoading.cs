using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>Moves weights between files and networks, by name.</summary>
public static class WeightLoading
{
    /// <summary>Loads every weight of a network from a file, converted to the network's types.</summary>
    /// <param name="module">The network; its parameters and buffers are overwritten.</param>
    /// <param name="file">The weights.</param>
    /// <param name="map">How foreign names read; only names that the network does not know itself are translated.</param>
    /// <exception cref="MissingWeightException">Names are missing or unexpected. The network is as before.</exception>
    /// <exception cref="CheckpointFormatException">A shape differs. The network is as before.</exception>
    public static void Load(nn.Module module, SafetensorsFile file, KeyMap? map = null)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var targets = module.state_dict();
        var sources = Match(targets, file, map ?? KeyMap.Identity);
        foreach (var (name, target) in targets)
        {
            CheckShape(file, sources[name], target);
        }

        foreach (var (name, target) in targets)
        {
            // copy_, not a raw copy of bytes: whoever caches converted weights watches the tensors' versions.
            using var value = file.Read(sources[name]);
            target.copy_(value.reshape(target.shape));
        }
    }

    /// <summary>The weights of a network under their names: parameters and buffers, live.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Of(nn.Module module) =>
        module.state_dict().Select(entry => (entry.Key, entry.Value));

    private static Dictionary<string, string> Match(Dictionary<string, Tensor> targets, SafetensorsFile file, KeyMap map)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        var unexpected = new List<string>();
        foreach (var key in file.Keys)
        {
            var name = targets.ContainsKey(key) ? key : map.Translate(key);
            if (!targets.ContainsKey(name))
            {
                unexpected.Add(key);
            }
            else if (key != name && file.Contains(name) && file.SameBytes(key, name))
            {
                // The same numbers twice, under an old name and the new one.
            }
            else if (!sources.TryAdd(name, key))
            {
                throw new CheckpointFormatException(
                    file.Path, $"'{sources[name]}' and '{key}' both stand for '{name}'", "Remove one of them from the file.", key, file.Info(key).Begin);
            }
        }

        var missing = targets.Keys.Where(name => !sources.ContainsKey(name)).ToList();
        return missing.Count == 0 && unexpected.Count == 0
            ? sources
            : throw new MissingWeightException(file.Path, missing, unexpected, file.Keys);
    }

    private static void CheckShape(SafetensorsFile file, string key, Tensor target)
    {
        var entry = file.Info(key);

        // A linear layer may be stored as a 1×1 convolution, as old attention blocks were.
        if (!Squeezed(entry.Shape).SequenceEqual(Squeezed(target.shape)))
        {
            throw new CheckpointFormatException(
                file.Path, $"expected shape [{string.Join(", ", target.shape)}], got [{string.Join(", ", entry.Shape)}]",
                "The configuration does not belong to these weights.", key, entry.Begin);
        }

        static IEnumerable<long> Squeezed(IReadOnlyList<long> shape) => shape.Count == 4 && shape[2] == 1 && shape[3] == 1 ? shape.Take(2) : shape;
    }
}
