using Brownian.Checkpoints;
using Brownian.Networks.DiT;
using Brownian.Networks.Latent;
using Brownian.Tasks;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class DiTFolderTests : LeakCheck
{
    private static readonly DiTConfig Transformer = new()
    {
        NumAttentionHeads = 2,
        AttentionHeadDim = 8,
        NumLayers = 2,
        SampleSize = 4,
        OutChannels = 8,
        NumEmbedsAdaNorm = 3,
        ClassName = "Transformer2DModel",
        NormEps = 1e-5,
    };

    [Fact]
    public void A_DiT_folder_is_a_model_of_latents_with_classes()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Write(folder.Path);
        using var bundle = ModelBundle.Load(folder.Path);
        var network = Assert.IsType<DiffusionTransformer>(bundle.Model.Network);
        Assert.Equal(Transformer.ToJson(), network.Config.ToJson());
        Assert.False(network.training);
        Assert.IsType<AutoencoderKL>(bundle.Codec);
        Assert.Equal((3, 3L, new ImageShape(4, 4, 4)), (bundle.ClassCount, bundle.NullLabel, bundle.Image));
        Assert.Equal(4, bundle.Sampling.Guidance);

        // The first name is enough, unless two classes share it.
        Assert.Equal(["tench", "crane, bird", "crane, machine"], bundle.ClassNames);
        Assert.Equal(1, bundle.LabelOf("Crane, bird"));
    }

    [Fact]
    public void Latents_become_pictures_one_by_one()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Write(folder.Path);
        using var bundle = ModelBundle.Load(folder.Path);
        var labels = tensor(new long[] { 0, 2 });
        var request = new GenerateRequest
        {
            Shape = [4, 4, 4],
            Count = 2,
            Steps = 2,
            Condition = new() { Labels = labels },
            Unconditional = new() { Labels = full_like(labels, bundle.NullLabel!.Value) },
            Guidance = 4,
            Trajectory = true,
        };
        using var latents = Generate.Run(bundle.Model, request);
        var expected = bundle.Codec!.Decode(latents.Samples).clamp(-1, 1);
        using var pictures = Generate.Run(bundle.Model, request).Decoded(bundle.Codec);
        Assert.Equal([2, 3, 16, 16], pictures.Samples.shape);
        Assert.True((expected - pictures.Samples).abs().max().item<float>() < 1e-5);
        Assert.Equal(2, pictures.Trajectory.Count);
        Assert.All(pictures.Trajectory, frame => Assert.Equal([2, 3, 16, 16], frame.X0.shape));
    }

    [Fact]
    public void A_folder_without_its_decoder_is_named()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Write(folder.Path);
        File.Delete(Path.Combine(folder.Path, "vae", "diffusion_pytorch_model.safetensors"));
        var error = Assert.Throws<CheckpointFormatException>(() => ModelBundle.Load(folder.Path));
        Assert.Contains("vae", error.Message, StringComparison.Ordinal);
    }

    private static void Write(string folder)
    {
        void Text(string file, string text)
        {
            var path = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Text("model_index.json", """
            {
              "_class_name": "DiTPipeline",
              "id2label": { "0": "tench, Tinca tinca", "1": "crane, bird", "2": "crane, machine" },
              "scheduler": ["diffusers", "DDIMScheduler"],
              "transformer": ["diffusers", "Transformer2DModel"],
              "vae": ["diffusers", "AutoencoderKL"]
            }
            """);
        Text("scheduler/scheduler_config.json", """{ "_class_name": "DDIMScheduler", "clip_sample": false }""");
        Text("transformer/config.json", Transformer.ToJson());
        using var network = Transformer.Create(seed: 3);
        using (var stream = File.Create(Path.Combine(folder, "transformer", "diffusion_pytorch_model.safetensors")))
        {
            SafetensorsWriter.Write(stream, WeightLoading.Of(network));
        }

        var vae = Directory.CreateDirectory(Path.Combine(folder, "vae")).FullName;
        foreach (var file in Directory.GetFiles(GoldenData.At("vae_kl_sd", "vae")))
        {
            File.Copy(file, Path.Combine(vae, Path.GetFileName(file)));
        }
    }
}
