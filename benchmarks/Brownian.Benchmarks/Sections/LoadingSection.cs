using System.Diagnostics;
using System.Globalization;
using Brownian.Checkpoints;
using Brownian.Networks;
using Brownian.Networks.Conditional;
using Brownian.Runtime;
using Brownian.Runtime.Benchmarking;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Sections;

/// <summary>
/// Loading a network of the size of Stable Diffusion 1.5's UNet (860 M weights, 1.7 GB in half precision) against reading its file, and the
/// memory that it takes beyond the file's cached pages. The weights are random; the file is made anew and deleted again.
/// </summary>
internal static class LoadingSection
{
    private const string Config = """{"_class_name":"UNet2DConditionModel","cross_attention_dim":768,"attention_head_dim":8,"sample_size":64}""";
    private const string Index = """{"_class_name":"StableDiffusionPipeline","unet":["diffusers","UNet2DConditionModel"]}""";
    private const int Buffer = 4 << 20;

    public static void Run(Bench bench)
    {
        var folder = Directory.CreateTempSubdirectory("brownian-loading-").FullName;
        try
        {
            var path = Make(folder);
            var bytes = new FileInfo(path).Length;

            // Before anything else was loaded: memory that was freed and not given back would be counted as there before.
            NativeTuning.TrimHeap();
            var before = Anonymous();
            long taken;
            using (Load(folder))
            {
                taken = Anonymous() - before;
            }

            bench.Add(new("loading", "memory of the network", Note: Text($"{taken / 1e9:0.00} GB beyond the page cache, {taken / (double)bytes:0.00} × the file")));
            var timings = Interleaved.Run([("reading the file", () => ReadAll(path)), ("loading the network", () => Load(folder).Dispose())], bench.Rounds);
            var ratio = timings[1].Median / timings[0].Median;
            bench.Add(new("loading", timings[0].Name, timings[0].Median * 1e3, timings[0].Best * 1e3, Note: $"{bytes / 1e9:0.00} GB, {bytes / 1e9 / timings[0].Median:0.0} GB/s"));
            bench.Add(new("loading", timings[1].Name, timings[1].Median * 1e3, timings[1].Best * 1e3, Note: Text($"{ratio:0.00} × the time to read the file")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static UNet2DCondition Load(string folder) =>
        PipelineFolder.Open(folder).Network("unet", json => UNet2DConditionConfig.FromJson(json).Create());

    private static string Make(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "unet"));
        File.WriteAllText(Path.Combine(folder, "model_index.json"), Index);
        File.WriteAllText(Path.Combine(folder, "unet", "config.json"), Config);
        var path = Path.Combine(folder, "unet", "diffusion_pytorch_model.safetensors");
        using var scope = NewDisposeScope();
        using var random = new RandomStream(1);
        var numbers = (random.Uniform(1 << 25) - 0.5).to(ScalarType.Float16);
        using var shapes = Empty();
        SafetensorsWriter.Write(path, shapes.state_dict().Select(weight => new TensorSource(
            weight.Key, SafetensorsType.Of(ScalarType.Float16), weight.Value.shape, () => numbers.narrow(0, random.NextInt(1 << 16), weight.Value.numel()).reshape(weight.Value.shape))));
        return path;
    }

    // Names and shapes only: its memory is never touched.
    private static UNet2DCondition Empty()
    {
        using var loading = new WeightsToCome();
        return UNet2DConditionConfig.FromJson(Config).Create();
    }

    private static void ReadAll(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var buffer = new byte[Buffer];
        for (long at = 0, read; (read = RandomAccess.Read(file, buffer, at)) > 0; at += read)
        {
        }
    }

    // Pages of this process that are no file's.
    private static long Anonymous()
    {
        const string Status = "/proc/self/status", Field = "RssAnon:";
        var line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is null ? Process.GetCurrentProcess().PrivateMemorySize64 : 1024 * long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
