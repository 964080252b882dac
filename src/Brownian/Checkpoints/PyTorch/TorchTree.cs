using System.Globalization;

namespace Brownian.Checkpoints;

/// <summary>The tensors in what a pickle held, by their paths through dictionaries, lists and records.</summary>
internal sealed class TorchTree
{
    private const int MaxDepth = 32, MaxPath = 1024, MaxVisits = 500_000, MaxPlain = 20_000_000;

    private readonly string file;
    private readonly List<(string Path, object Tensor)> tensors = [];
    private readonly List<string> places = [];
    private readonly HashSet<string> paths = new(StringComparer.Ordinal);
    private int visits;
    private int plain;

    private TorchTree(string file) => this.file = file;

    /// <summary>Every tensor (<see cref="PickledTensor"/> or <see cref="PickledArray"/>) with its path, in order.</summary>
    public IReadOnlyList<(string Path, object Tensor)> Tensors => tensors;

    /// <summary>The paths of dictionaries and lists that have tensors in them, not counting those within others; "" is the root.</summary>
    public IReadOnlyList<string> Places => places;

    /// <summary>Whether it is one module of TorchScript, whose tensors are one set however its modules lie in each other.</summary>
    public bool IsModule { get; private init; }

    /// <summary>Walks through what a pickle held.</summary>
    /// <exception cref="CheckpointFormatException">It is too deep or too large to be a checkpoint.</exception>
    public static TorchTree Of(object? root, string file)
    {
        var tree = new TorchTree(file) { IsModule = root is PickleRecord { Type.IsScript: true } };
        tree.Visit(root, string.Empty, 0);
        return tree;
    }

    private void Visit(object? value, string path, int depth)
    {
        if (depth > MaxDepth || ++visits > MaxVisits || plain > MaxPlain)
        {
            throw new CheckpointFormatException(
                file, depth > MaxDepth ? $"its containers are more than {MaxDepth} deep" : $"it has more than {MaxVisits} containers and tensors, or {MaxPlain} numbers",
                "It is no checkpoint of weights.", path);
        }

        switch (value)
        {
            case PickledTensor or PickledArray { Layout.Shape.Length: > 0 }:
                Add(path.Length == 0 ? "tensor" : path, value);
                break;
            case PickleDictionary dictionary:
                Children(dictionary.Items.Select(item => (Name(item.Key), item.Value)), path, depth);
                break;
            case PickleRecord record:
                Children(record.Fields.Items.Select(item => (Name(item.Key), item.Value)), path, depth);
                break;
            case PickleList list:
                Children(list.Items.Select((item, i) => ((string?)Number(i), item)), path, depth);
                break;
            case PickleTuple tuple:
                Children(tuple.Items.Select((item, i) => ((string?)Number(i), item)), path, depth);
                break;
        }
    }

    private void Children(IEnumerable<(string? Name, object? Value)> children, string path, int depth)
    {
        var hasTensors = false;
        foreach (var (name, value) in children)
        {
            if (name is not null && value is not (null or long or double or bool or string))
            {
                hasTensors |= value is PickledTensor or PickledArray { Layout.Shape.Length: > 0 };
                Visit(value, path.Length == 0 ? name : Joined(path, name), depth + 1);
            }
            else if (++plain > MaxPlain)
            {
                Visit(value, path, depth); // which says that there are too many
            }
        }

        if (hasTensors)
        {
            places.Add(path);
        }
    }

    private void Add(string path, object tensor)
    {
        if (!paths.Add(path))
        {
            throw new CheckpointFormatException(file, "two tensors have this name", "It is no checkpoint of weights.", path);
        }

        tensors.Add((path, tensor));
    }

    private string Joined(string path, string name) => path.Length + name.Length < MaxPath
        ? $"{path}.{name}"
        : throw new CheckpointFormatException(file, $"a name has more than {MaxPath} characters", "It is no checkpoint of weights.", path);

    private string? Name(object key) => key switch
    {
        string { Length: <= MaxPath } text => text,
        long number => Number(number),
        _ => null,
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
