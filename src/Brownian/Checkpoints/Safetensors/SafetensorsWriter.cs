using System.Buffers.Binary;
using System.Text.Json;
using Brownian.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>Writes safetensors files: the same tensors and notes give the same bytes.</summary>
public static unsafe class SafetensorsWriter
{
    private const int Chunk = 1 << 22;

    /// <summary>Writes a file in one piece or not at all (<see cref="AtomicFile"/>).</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">Names and tensors of any shape, device and memory layout.</param>
    /// <param name="metadata">The file's notes; "format" = "pt" is added, which diffusers asks for.</param>
    /// <exception cref="ArgumentException">A name appears twice, or a type that the format lacks.</exception>
    public static void Write(
        string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var list = Ordered(tensors.Select(t => TensorSource.Of(t.Name, t.Tensor)));
        AtomicFile.Write(path, stream => WriteOrdered(stream, list, metadata));
    }

    /// <summary>Writes tensors that are made one by one, each when its turn comes.</summary>
    internal static void Write(string path, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var list = Ordered(tensors);
        AtomicFile.Write(path, stream => WriteOrdered(stream, list, metadata));
    }

    /// <summary>Writes to a stream.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{ValueTuple{string, Tensor}}, IReadOnlyDictionary{string, string}?)"/>
    public static void Write(
        Stream stream, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        WriteOrdered(stream, Ordered(tensors.Select(t => TensorSource.Of(t.Name, t.Tensor))), metadata);

    /// <summary>The same to a stream.</summary>
    internal static void Write(Stream stream, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        WriteOrdered(stream, Ordered(tensors), metadata);

    // The widest types first, so that every tensor is aligned; then by name.
    private static List<TensorSource> Ordered(IEnumerable<TensorSource> tensors)
    {
        var list = tensors.OrderByDescending(t => t.Type.Bytes).ThenBy(t => t.Name, StringComparer.Ordinal).ToList();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in list.Select(t => t.Name))
        {
            if (name == "__metadata__" || !names.Add(name))
            {
                throw new ArgumentException(
                    $"tensors: the name '{name}' is {(name == "__metadata__" ? "reserved by the format" : "given twice")}. Give each tensor a name of its own.",
                    nameof(tensors));
            }
        }

        return list;
    }

    private static void WriteOrdered(
        Stream stream, List<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var header = Header(tensors, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in tensors)
        {
            WriteData(stream, tensor);
        }
    }

    private static byte[] Header(List<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            var notes = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };
            foreach (var (name, value) in metadata ?? new Dictionary<string, string>())
            {
                notes[name] = value;
            }

            foreach (var (name, value) in notes)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            var at = 0L;
            foreach (var tensor in tensors)
            {
                at = WriteEntry(json, tensor, at);
            }

            json.WriteEndObject();
        }

        // Spaces up to a multiple of 8 keep the data aligned; the format allows them.
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static long WriteEntry(Utf8JsonWriter json, TensorSource tensor, long begin)
    {
        var end = begin + tensor.Bytes;
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type.Name);
        json.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }

    private static void WriteData(Stream stream, TensorSource tensor)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var plain = tensor.Make().detach().cpu().contiguous();
        var start = (byte*)Aten.Ptr(plain);
        var bytes = plain.numel() * plain.element_size();
        for (var at = 0L; at < bytes; at += Chunk)
        {
            stream.Write(new ReadOnlySpan<byte>(start + at, (int)Math.Min(Chunk, bytes - at)));
        }
    }
}
