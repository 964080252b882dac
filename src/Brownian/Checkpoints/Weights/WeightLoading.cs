using Brownian.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>Moves weights between files and networks, by name.</summary>
public static class WeightLoading
{
    // Smaller weights are copied: they gain nothing, and small networks are independent of their files.
    private const long SharedBytes = 1 << 20;

    /// <summary>Loads every weight of a network from a file, converted to the network's types.</summary>
    /// <remarks>
    /// On Linux, large weights that the file holds in the network's type are not copied, except into weights that are parts of a larger tensor, as
    /// a trainer makes them: they lie in the file's mapped pages until they are written, also after the file is closed. Replace such a file by renaming another to its name, as every writer of this library does; a
    /// program that overwrites or shortens it in place changes the network, or ends the process.
    /// </remarks>
    /// <param name="module">The network; its parameters and buffers are overwritten.</param>
    /// <param name="file">The weights.</param>
    /// <param name="map">How foreign names read; only names that the network does not know itself are translated.</param>
    /// <exception cref="MissingWeightException">Names are missing or unexpected. The network is as before.</exception>
    /// <exception cref="CheckpointFormatException">A shape differs. The network is as before.</exception>
    public static void Load(nn.Module module, TensorFile file, KeyMap? map = null)
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
            using var whole = file.Borrow(sources[name].Key);
            using var value = sources[name].Place.Take(whole);
            if (!Share(file, value, target))
            {
                target.copy_(value.reshape(target.shape));
            }
        }
    }

    // The storage changes, which whoever caches converted weights sees by its address. One that others see into must stay.
    private static bool Share(TensorFile file, Tensor value, Tensor target)
    {
        var bytes = target.numel() * target.element_size();
        if (target.dtype != value.dtype || target.device_type != DeviceType.CPU || bytes < SharedBytes || !target.is_contiguous() || Aten.StorageBytes(target) != bytes)
        {
            return false;
        }

        using var shared = file.Share(value);
        if (shared is null)
        {
            return false;
        }

        target.set_(shared.view(target.shape));
        return true;
    }

    /// <summary>The weights of a network under their names: parameters and buffers, live.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Of(nn.Module module) =>
        module.state_dict().Select(entry => (entry.Key, entry.Value));

    /// <summary>Which weights of a network a file lacks, and which of the file's the network lacks; nothing is loaded.</summary>
    /// <exception cref="CheckpointFormatException">A shape differs, or two names stand for one weight.</exception>
    public static (IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected) Compare(nn.Module module, TensorFile file, KeyMap? map = null)
    {
        using var scope = NewDisposeScope();
        var targets = module.state_dict();
        var (sources, missing, unexpected) = Find(targets, file, map ?? KeyMap.Identity);
        foreach (var (name, source) in sources)
        {
            CheckShape(file, source, targets[name]);
        }

        return (missing, unexpected);
    }

    private static Dictionary<string, Source> Match(Dictionary<string, Tensor> targets, TensorFile file, KeyMap map)
    {
        var (sources, missing, unexpected) = Find(targets, file, map);
        return missing.Count == 0 && unexpected.Count == 0
            ? sources
            : throw new MissingWeightException(file.Path, missing, unexpected, file.Keys);
    }

    private static (Dictionary<string, Source> Sources, List<string> Missing, List<string> Unexpected) Find(
        Dictionary<string, Tensor> targets, TensorFile file, KeyMap map)
    {
        var sources = new Dictionary<string, Source>(StringComparer.Ordinal);
        var unexpected = new List<string>();
        foreach (var key in file.Keys)
        {
            IReadOnlyList<WeightPlace> places = targets.ContainsKey(key) ? [new(key)] : map.Places(key);
            if (!places.All(place => targets.ContainsKey(place.Name)))
            {
                if (!map.Ignores(key))
                {
                    unexpected.Add(key);
                }

                continue;
            }

            foreach (var place in places)
            {
                Add(sources, file, key, place);
            }
        }

        return (sources, [.. targets.Keys.Where(name => !sources.ContainsKey(name))], unexpected);
    }

    private static void Add(Dictionary<string, Source> sources, TensorFile file, string key, WeightPlace place)
    {
        if (key != place.Name && file.Contains(place.Name) && file.AreSame(key, place.Name))
        {
            // The same numbers twice, under an old name and the new one.
            return;
        }

        if (!sources.TryAdd(place.Name, new(key, place)))
        {
            throw new CheckpointFormatException(
                file.Path, $"'{sources[place.Name].Key}' and '{key}' both stand for '{place.Name}'", "Remove one of them from the file.", key,
                file.Info(key).Offset);
        }
    }

    private static void CheckShape(TensorFile file, Source source, Tensor target)
    {
        var (key, place) = source;
        var entry = file.Info(key);
        long[] shape = [.. entry.Shape];
        if (place.Part is { } part && shape.Length > 0)
        {
            shape[0] = shape[0] % part.Of == 0 ? shape[0] / part.Of : -1;
        }

        // A linear layer may be stored as a 1×1 convolution, as old attention blocks were, or as one over a sequence.
        if (!Squeezed(place.IsTransposed ? [.. shape.Reverse()] : shape).SequenceEqual(Squeezed(target.shape)))
        {
            throw new CheckpointFormatException(
                file.Path, $"expected shape [{string.Join(", ", target.shape)}], got [{string.Join(", ", entry.Shape)}]",
                "The configuration does not belong to these weights.", key, entry.Offset);
        }

        static IEnumerable<long> Squeezed(IReadOnlyList<long> shape) => shape.Count > 2 && shape.Skip(2).All(side => side == 1) ? shape.Take(2) : shape;
    }

    /// <summary>Where one weight of ours comes from.</summary>
    private readonly record struct Source(string Key, WeightPlace Place);
}
