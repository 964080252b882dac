using System.Globalization;
using System.Text;

namespace Brownian.Checkpoints;

/// <summary>
/// The only names that a pickle may use, and what they make. Each is rebuilt here from its arguments, which are checked; no name leads to code
/// that a file chooses.
/// </summary>
internal sealed class PickleBuilder
{
    private const int MaxName = 256;

    /// <summary>Names that make something when they are called.</summary>
    private static readonly Dictionary<string, Func<PickleBuilder, object?[], PickleInput, object?>> Makers = new(StringComparer.Ordinal)
    {
        ["collections.OrderedDict"] = (builder, args, input) => builder.Dictionary(args, input),
        ["collections.defaultdict"] = (builder, args, input) => builder.Dictionary(args is [_, var items] ? [items] : [], input),
        ["collections.Counter"] = (builder, args, input) => builder.Dictionary(args, input),
        ["builtins.dict"] = (builder, args, input) => builder.Dictionary(args, input),
        ["builtins.list"] = (builder, args, input) => builder.List(args, input),
        ["builtins.set"] = (builder, args, input) => builder.List(args, input),
        ["builtins.frozenset"] = (builder, args, input) => builder.List(args, input),
        ["builtins.tuple"] = (builder, args, input) => new PickleTuple([.. builder.List(args, input).Items]),
        ["builtins.bytearray"] = (builder, args, input) => builder.Bytes(args, input),
        ["builtins.complex"] = (_, _, _) => PickleOpaque.Value,
        ["builtins.slice"] = (_, _, _) => PickleOpaque.Value,
        ["_codecs.encode"] = (builder, args, input) => builder.Bytes(args, input),
        ["torch.Size"] = (_, args, input) => args is [PickleTuple sizes] ? sizes : throw input.Bad("torch.Size: expected a tuple"),
        ["torch.device"] = (_, _, _) => PickleOpaque.Value,
        ["torch._utils._rebuild_tensor"] = (_, args, input) => TorchTensors.Tensor(args, input),
        ["torch._utils._rebuild_tensor_v2"] = (_, args, input) => TorchTensors.Tensor(args, input),
        ["torch._utils._rebuild_tensor_v3"] = (_, args, input) => TorchTensors.TypedTensor(args, input),
        ["torch._utils._rebuild_parameter"] = (_, args, input) => TorchTensors.Parameter(args, input),
        ["torch._utils._rebuild_parameter_with_state"] = (_, args, input) => TorchTensors.Parameter(args, input),
        ["torch._tensor._rebuild_from_type_v2"] = (builder, args, input) => TorchTensors.FromType(builder, args, input),
        ["torch.nn.parameter.Parameter"] = (_, args, input) => TorchTensors.Parameter(args, input),
        ["numpy.core.multiarray._reconstruct"] = (_, _, _) => new PickledArray(),
        ["numpy.core.multiarray.scalar"] = (_, args, input) => NumpyPickles.Scalar(args, input),
        ["numpy.core.numeric._frombuffer"] = (_, args, input) => NumpyPickles.FromBuffer(args, input),
        ["numpy.dtype"] = (_, args, input) => NumpyPickles.Type(args, input),
        ["argparse.Namespace"] = (_, _, _) => new PickleRecord(new("argparse", "Namespace")),
        ["types.SimpleNamespace"] = (_, _, _) => new PickleRecord(new("types", "SimpleNamespace")),
        ["pathlib.PosixPath"] = (_, _, _) => PickleOpaque.Value,
        ["pathlib.WindowsPath"] = (_, _, _) => PickleOpaque.Value,
        ["pathlib.PurePosixPath"] = (_, _, _) => PickleOpaque.Value,
        ["copyreg._reconstructor"] = (builder, args, input) => builder.Reconstructed(args, input),
        ["torch.jit._pickle.build_intlist"] = (_, args, input) => First(args, input),
        ["torch.jit._pickle.build_doublelist"] = (_, args, input) => First(args, input),
        ["torch.jit._pickle.build_boollist"] = (_, args, input) => First(args, input),
        ["torch.jit._pickle.build_tensorlist"] = (_, args, input) => First(args, input),
        ["torch.jit._pickle.restore_type_tag"] = (_, args, input) => First(args, input),
    };

    /// <summary>Names that may stand as values and are never called: types of storages, of numbers, of parts of training programs.</summary>
    private static readonly HashSet<string> Inert = new(StringComparer.Ordinal)
    {
        "builtins.object", "builtins.int", "builtins.float", "builtins.bool", "builtins.str", "builtins.bytes", "numpy.ndarray", "torch.Tensor", "torch._tensor.Tensor",
        "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint", "pytorch_lightning.callbacks.early_stopping.EarlyStopping",
        "pytorch_lightning.callbacks.lr_monitor.LearningRateMonitor",
        "torch.contiguous_format", "torch.channels_last", "torch.strided",
    };

    // What a call makes costs memory that the pickle's length does not bound: one text may be encoded again and again.
    private long budget;

    /// <summary>A builder for a pickle of so many bytes.</summary>
    public PickleBuilder(long bytes) => budget = (16 << 20) + (8 * bytes);

    /// <summary>Gathers the storages that the pickle names; null if nobody wants to know.</summary>
    public Dictionary<string, PickledStorage>? Storages { get; init; }

    /// <summary>Whether the pickle is TorchScript's, whose modules are of classes that the archive's own code defines: they become records.</summary>
    public bool IsScript { get; init; }

    /// <summary>A name, if it is known.</summary>
    /// <exception cref="CheckpointFormatException">It is not: it is refused.</exception>
    public PickleName Name(string module, string name, PickleInput input)
    {
        if (module.Length > MaxName || name.Length > MaxName)
        {
            throw input.Bad($"a name of {module.Length + name.Length} characters");
        }

        var plain = new PickleName(
            module switch
            {
                "__builtin__" => "builtins",
                "copy_reg" => "copyreg",
                _ when module.StartsWith("numpy._core.", StringComparison.Ordinal) => "numpy.core." + module["numpy._core.".Length..],
                _ => module,
            },
            name);
        var text = plain.ToString();
        return Makers.ContainsKey(text) || Inert.Contains(text) || IsModule(plain) || TorchTypes.IsType(plain) || NumpyPickles.IsType(plain) ? plain : throw input.Refused($"{module}.{name}");
    }

    /// <summary>What a known name makes of its arguments.</summary>
    /// <exception cref="CheckpointFormatException">It cannot be called, or not with these.</exception>
    public object? Call(PickleName name, object?[] args, PickleInput input) => Makers.TryGetValue(name.ToString(), out var make)
        ? make(this, args, input)
        : IsModule(name) && args is []
        ? new PickleRecord(name)
        : throw input.Refused($"{name}(…)");

    /// <summary>Sets what an object holds.</summary>
    public void SetState(object? target, object? state, PickleInput input)
    {
        switch (target)
        {
            case PickledArray array:
                NumpyPickles.Fill(array, state, input);
                break;
            case NumpyType type:
                NumpyPickles.SetOrder(type, state);
                break;
            case PickleRecord record:
                var fields = Fields(state);
                Charge(64L * fields.Count, input);
                foreach (var (key, value) in fields)
                {
                    record.Fields.Set(key, value);
                }

                break;
            case PickleDictionary or PickledTensor or PickleList:
                break; // attributes of a state_dict (_metadata) or a parameter
            default:
                throw input.Bad("the pickle sets the state of what has none");
        }
    }

    /// <summary>A storage that lies outside of the pickle.</summary>
    public object Persistent(object? id, PickleInput input)
    {
        var storage = TorchTensors.Storage(id, input);
        if (Storages is { } seen && !seen.TryAdd(storage.Key, storage) && seen[storage.Key].Type != storage.Type)
        {
            throw input.Bad("the storage has two types of numbers", storage.Key);
        }

        return storage;
    }

    /// <summary>Bytes that a call copies.</summary>
    public void Charge(long bytes, PickleInput input)
    {
        budget -= bytes;
        if (budget < 0)
        {
            throw input.Bad("the pickle makes much more data than it holds");
        }
    }

    private bool IsModule(PickleName name) => IsScript && name.IsScript;

    // A list whose type TorchScript tells.
    private static object? First(object?[] args, PickleInput input) => args is [PickleList or PickleDictionary, ..] ? args[0] : throw input.Bad("expected a list");

    private static IReadOnlyList<KeyValuePair<object, object?>> Fields(object? state) => state switch
    {
        PickleDictionary fields => fields.Items,
        PickleTuple { Items: [_, PickleDictionary slots] } => slots.Items,
        _ => [],
    };

    private PickleDictionary Dictionary(object?[] args, PickleInput input)
    {
        var made = new PickleDictionary();
        switch (args)
        {
            case []:
                break;
            case [PickleDictionary other]:
                Charge(64L * other.Items.Count, input);
                foreach (var (key, value) in other.Items)
                {
                    made.Set(key, value);
                }

                break;
            case [PickleList pairs]:
                Charge(64L * pairs.Items.Count, input);
                foreach (var pair in pairs.Items)
                {
                    var (key, value) = Pair(pair, input);
                    made.Set(key, value);
                }

                break;
            default:
                throw input.Bad("a dictionary: expected pairs");
        }

        return made;
    }

    private static (object? Key, object? Value) Pair(object? pair, PickleInput input) => pair switch
    {
        PickleTuple { Items: [var key, var value] } => (key, value),
        PickleList { Items: [var key, var value] } => (key, value),
        _ => throw input.Bad("a dictionary: expected pairs"),
    };

    private PickleList List(object?[] args, PickleInput input)
    {
        var made = new PickleList();
        var items = args switch
        {
            [] => [],
            [PickleList list] => (IReadOnlyList<object?>)list.Items,
            [PickleTuple tuple] => tuple.Items,
            _ => throw input.Bad("a list or set: expected values"),
        };
        Charge(16L * items.Count, input);
        made.Items.AddRange(items);
        return made;
    }

    // Protocol 2 writes bytes as text whose characters are the bytes.
    private byte[] Bytes(object?[] args, PickleInput input)
    {
        if (args is [byte[] bytes, ..])
        {
            return bytes;
        }

        if (args is not [string text, ..])
        {
            return args is [] ? [] : throw input.Bad("bytes: expected a text");
        }

        Charge(text.Length, input);
        var utf8 = args is [_, string encoding, ..] && encoding.ToLower(CultureInfo.InvariantCulture) is "utf-8" or "utf8";
        return (utf8 ? Encoding.UTF8 : Encoding.Latin1).GetBytes(text);
    }

    private object? Reconstructed(object?[] args, PickleInput input) => args is [PickleName type, PickleName { Name: "object" }, ..]
        ? Call(type, [], input)
        : throw input.Bad("copyreg._reconstructor: expected a type");
}
