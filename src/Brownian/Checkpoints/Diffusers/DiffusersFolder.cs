using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Networks;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>
/// Folders of unconditional and class-conditional image models in diffusers' layout: <c>model_index.json</c>, <c>unet/</c>,
/// <c>scheduler/</c>. Ours have <c>brownian.json</c> beside them, which says exactly what a scheduler's configuration can only say nearly.
/// Networks that diffusers does not have lie in the same places under their own class name.
/// </summary>
public static class DiffusersFolder
{
    internal const string Index = "model_index.json";
    internal const string WeightsFile = "diffusion_pytorch_model.safetensors";

    /// <summary>Whether a folder has a model_index.json.</summary>
    public static bool IsDiffusers(string path) => File.Exists(Path.Combine(path, Index));

    /// <summary>Loads a folder: ours (a run included), diffusers', or one checkpoint of a run (<c>RUN/checkpoints/step-0001000</c>).</summary>
    /// <param name="path">The folder.</param>
    /// <param name="raw">Of a run: the weights that the optimizer moves instead of their average.</param>
    /// <returns>The model in float32 on the CPU, in evaluation mode.</returns>
    /// <exception cref="CheckpointFormatException">The folder is not of this kind, or a file in it is damaged.</exception>
    /// <exception cref="MissingWeightException">Weights and configuration do not match.</exception>
    public static ModelBundle Load(string path, bool raw = false)
    {
        var place = ModelPlace.Find(path, raw);
        var config = Config(place);
        var network = Network(place, config);
        try
        {
            var (weights, metadata) = LoadWeights(network, place);
            network.eval();
            var bundle = Bundle(network, BrownianFile.Read(place.Folder) ?? ForeignFolder.Read(place.Folder, config));
            return bundle with
            {
                WeightsPath = weights,
                Provenance = bundle.Provenance with
                {
                    Step = WeightNotes.Step(metadata),
                    Images = WeightNotes.Images(metadata),
                    Weights = WeightNotes.Part(metadata),
                },
            };
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Writes a folder that diffusers and we can load: all of it or nothing.</summary>
    /// <param name="path">The folder to make; its parent must exist.</param>
    /// <param name="bundle">The model.</param>
    /// <param name="replace">Whether a folder of this name may be replaced.</param>
    /// <exception cref="ArgumentException">The network is no <see cref="IConfiguredNetwork"/>.</exception>
    public static void Save(string path, ModelBundle bundle, bool replace = false) =>
        AtomicFolder.Write(path, folder => Write(folder, bundle, WeightLoading.Of(bundle.Model.Network), Disk.Real), replace);

    /// <summary>Writes the files in place, each one atomically; model_index.json, which makes it a diffusers folder, is last.</summary>
    internal static void Write(string folder, ModelBundle bundle, IEnumerable<(string Name, Tensor Tensor)> weights, Disk disk) =>
        Write(folder, bundle, weights.Select(weight => TensorSource.Of(weight.Name, weight.Tensor)), disk, null);

    /// <summary>The same with weights that are made one by one, and a network's configuration in other words.</summary>
    internal static void Write(string folder, ModelBundle bundle, IEnumerable<TensorSource> weights, Disk disk, UNet2DConfig? network)
    {
        var config = network is null ? ConfigOf(bundle) : network with { SampleSize = new ImageSize(bundle.Image.Height, bundle.Image.Width) };
        disk.CreateDirectory(Path.Combine(folder, "unet"));
        disk.CreateDirectory(Path.Combine(folder, "scheduler"));
        var scheduler = NearestScheduler.Of(bundle.Model.Path, bundle.Model.Parameterization);
        if (scheduler["variance_type"] is not null && config is UNet2DConfig learned && learned.OutChannels == 2 * bundle.Image.Channels)
        {
            scheduler["variance_type"] = "learned_range";
        }

        WriteIfChanged(Path.Combine(folder, "unet", "config.json"), config.ToJson() + "\n", disk);
        WriteIfChanged(Path.Combine(folder, "scheduler", "scheduler_config.json"), Indented(scheduler), disk);
        WriteIfChanged(Path.Combine(folder, BrownianFile.FileName), BrownianFile.Of(bundle).ToJson(), disk);
        AtomicFile.Write(
            Path.Combine(folder, "unet", WeightsFile), stream => SafetensorsWriter.Write(stream, weights, WeightNotes.Of(bundle.Provenance)), disk);
        WriteIfChanged(Path.Combine(folder, Index), Indented(PipelineIndex(config, scheduler.Text("_class_name")!)), disk);
    }

    private static NetworkConfig ConfigOf(ModelBundle bundle)
    {
        var network = bundle.Model.Network as IConfiguredNetwork ?? throw new ArgumentException(
            $"bundle: a folder holds networks that know their shape ({nameof(IConfiguredNetwork)}); got {bundle.Model.Network.GetType().Name}.",
            nameof(bundle));
        return network.Config is UNet2DConfig unet
            ? unet with { SampleSize = new ImageSize(bundle.Image.Height, bundle.Image.Width) }
            : network.Config;
    }

    private static JsonObject PipelineIndex(NetworkConfig network, string scheduler) => new()
    {
        ["_class_name"] = network is UNet2DConfig ? NearestScheduler.Pipeline(scheduler) : ModelPlace.OwnPipeline,
        ["_diffusers_version"] = "0.25.1",
        ["scheduler"] = new JsonArray("diffusers", scheduler),
        ["unet"] = new JsonArray(network is UNet2DConfig ? "diffusers" : "brownian", network.ClassName),
    };

    private static void WriteIfChanged(string path, string text, Disk disk)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)), disk);
        }
    }

    private static NetworkConfig Config(ModelPlace place) =>
        FromConfig(place, () => NetworkConfig.Read(JsonFile.ReadText(place.NetworkConfig)));

    private static Network Network(ModelPlace place, NetworkConfig config)
    {
        using var loading = new WeightsToCome();
        return FromConfig(place, () => config.Create());
    }

    private static T FromConfig<T>(ModelPlace place, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or System.Runtime.InteropServices.ExternalException)
        {
            throw new CheckpointFormatException(
                place.NetworkConfig, $"no network can be made from it ({e.Message})", "Check the configuration.", inner: e);
        }
    }

    private static (string Path, IReadOnlyDictionary<string, string> Metadata) LoadWeights(Network network, ModelPlace place)
    {
        using var file = TensorFile.Open(place.Weights);
        WeightLoading.Load(network, file, KeyMap.OldDiffusers);
        return (place.Weights, file.Metadata);
    }

    private static ModelBundle Bundle(Network network, BrownianFile file) =>
        new(new DiffusionModel(network, file.Path, file.Parameterization), file.Image)
        {
            ClassCount = file.ClassCount,
            ClassNames = file.ClassNames,
            NullLabel = file.NullLabel,
            Sampling = file.Sampling ?? RecommendedSampling.For(file.Path),
            Provenance = file.Training ?? new(),
        };

    private static string Indented(JsonObject json) => json.ToJsonString(new() { WriteIndented = true }) + "\n";
}
