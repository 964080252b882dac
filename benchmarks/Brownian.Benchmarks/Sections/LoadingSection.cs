using System.Globalization;
using System.Runtime.InteropServices;
using Brownian.Checkpoints;
using Brownian.Networks;
using Brownian.Networks.Conditional;
using Brownian.Runtime;
using Brownian.Runtime.Benchmarking;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Sections;

/// <summary>
/// Loading a network of the size of Stable Diffusion 1.5's UNet (860 M weights: 1.7 GB in half precision, 3.4 GB in float32) against reading its
/// file from the page cache, and the memory that it takes beyond that. The weights are random; the files are made anew and deleted again.
/// </summary>
internal static class LoadingSection
{
    private const string Index = """{"_class_name":"StableDiffusionPipeline","unet":["diffusers","UNet2DConditionModel"]}""";
    private const int Buffer = 4 << 20;
    private const int Page = 4096;

    public static void Run(Bench bench)
    {
        foreach (var type in (ScalarType[])[ScalarType.Float16, ScalarType.Float32])
        {
            var folder = Directory.CreateTempSubdirectory("brownian-loading-").FullName;
            try
            {
                Measure(bench, folder, Make(folder, type), type);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static void Measure(Bench bench, string folder, string path, ScalarType type)
    {
        var bytes = new FileInfo(path).Length;
        Memory(bench, folder, bytes, type);
        var timings = Interleaved.Run(
            [
                ($"{type}: reading the file into one buffer", () => Read(path)),
                ($"{type}: reading the file into fresh memory", () => ReadWhole(path, bytes)),
                ($"{type}: loading the network", () => Load(folder).Dispose()),
                ($"{type}: loading it and touching every page", () =>
                {
                    using var network = Load(folder);
                    Touch(network);
                }
                ),
            ],
            bench.Rounds);
        foreach (var timing in timings)
        {
            var ratio = Text($"{bytes / 1e9:0.00} GB, {timing.Median / timings[0].Median:0.00} × the time to read the file into one buffer");
            bench.Add(new("loading", timing.Name, timing.Median * 1e3, timing.Best * 1e3, Note: ratio));
        }
    }

    private static void Memory(Bench bench, string folder, long bytes, ScalarType type)
    {
        NativeTuning.TrimHeap();
        var before = Anonymous();
        using var network = Load(folder);
        var loaded = Anonymous() - before;
        Touch(network);
        var touched = Anonymous() - before;
        bench.Add(new("loading", $"{type}: memory beyond the page cache", Note: Text(
            $"{loaded / 1e9:0.00} GB after loading, {loaded / (double)bytes:0.00} × the file; {touched / 1e9:0.00} GB when all was read")));
    }

    private static UNet2DCondition Load(string folder) =>
        PipelineFolder.Open(folder).Network("unet", json => UNet2DConditionConfig.FromJson(json).Create());

    private static string Make(string folder, ScalarType type)
    {
        Directory.CreateDirectory(Path.Combine(folder, "unet"));
        File.WriteAllText(Path.Combine(folder, "model_index.json"), Index);
        File.WriteAllText(Path.Combine(folder, "unet", "config.json"), Workload.StableDiffusion);
        var path = Path.Combine(folder, "unet", "diffusion_pytorch_model.safetensors");
        using var scope = NewDisposeScope();
        using var random = new RandomStream(1);
        var numbers = (random.Uniform(1 << 25) - 0.5).to(type);
        using var shapes = Empty();
        SafetensorsWriter.Write(path, shapes.state_dict().Select(weight => new TensorSource(
            weight.Key, SafetensorsType.Of(type), weight.Value.shape, () => numbers.narrow(0, random.NextInt(1 << 16), weight.Value.numel()).reshape(weight.Value.shape))));
        return path;
    }

    // Names and shapes only: its memory is never touched.
    private static UNet2DCondition Empty()
    {
        using var loading = new WeightsToCome();
        return UNet2DConditionConfig.FromJson(Workload.StableDiffusion).Create();
    }

    private static void Read(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var buffer = new byte[Buffer];
        for (long at = 0, read; (read = RandomAccess.Read(file, buffer, at)) > 0; at += read)
        {
        }
    }

    private static unsafe void ReadWhole(string path, long bytes)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var memory = (byte*)NativeMemory.Alloc((nuint)bytes);
        for (long at = 0; at < bytes;)
        {
            at += RandomAccess.Read(file, new Span<byte>(memory + at, (int)Math.Min(Buffer, bytes - at)), at);
        }

        NativeMemory.Free(memory);
    }

    private static unsafe void Touch(UNet2DCondition network)
    {
        var sum = 0;
        foreach (var weight in network.parameters())
        {
            var start = (byte*)Aten.Ptr(weight);
            for (var at = 0L; at < weight.numel() * weight.element_size(); at += Page)
            {
                sum += start[at];
            }
        }

        GC.KeepAlive(sum);
    }

    // Pages of this process that are no file's: what /proc/self/smaps_rollup sums up as Anonymous.
    private static long Anonymous()
    {
        const string Source = "/proc/self/smaps_rollup", Field = "Anonymous:";
        var line = File.Exists(Source) ? File.ReadLines(Source).FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is null
            ? Environment.WorkingSet
            : 1024 * long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
