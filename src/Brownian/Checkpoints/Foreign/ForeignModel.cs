using System.Text.Json;
using Brownian.Networks;
using Brownian.Networks.Guided;
using Brownian.Networks.Refine;
using Brownian.Networks.Song;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Checkpoints.Foreign;

/// <summary>A model of another program: its network, the names of its weights, and the process that it was trained on.</summary>
/// <param name="Network">The shape of the network.</param>
/// <param name="Names">How the names of the weights read.</param>
/// <param name="Path">The forward process, for data in [−1, 1].</param>
/// <param name="Output">What the network outputs.</param>
/// <param name="Image">The shape of one image.</param>
/// <param name="ClassCount">The number of classes; null for an unconditional model.</param>
public sealed record ForeignModel(NetworkConfig Network, KeyMap Names, GaussianPath Path, Parameterization Output, ImageShape Image, int? ClassCount = null)
{
    /// <summary>Reads the settings of a model.</summary>
    /// <param name="family">The family as <see cref="WeightFamily.Id"/> has it: "guided", "edm", "score_sde" or "ncsn".</param>
    /// <param name="config">The settings of the program that trained it, as a JSON object.</param>
    /// <exception cref="ArgumentException">The family has no settings, or they name what does not exist.</exception>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static ForeignModel Read(string family, string config)
    {
        using var document = JsonDocument.Parse(config);
        var json = document.RootElement;
        return family switch
        {
            "guided" => GuidedSettings.Read(json),
            "edm" => Edm(json),
            "score_sde" => ScoreSde(json),
            "ncsn" => Ncsn(json),
            _ => throw new ArgumentException($"family: expected guided, edm, score_sde or ncsn; got \"{family}\"."),
        };
    }

    /// <summary>Makes the network and loads its weights, in float32 on the CPU, in evaluation mode. The caller owns the bundle.</summary>
    /// <exception cref="CheckpointFormatException">A shape differs.</exception>
    /// <exception cref="MissingWeightException">Names are missing or unexpected.</exception>
    public ModelBundle Load(TensorFile weights)
    {
        var network = Network.Create();
        try
        {
            WeightLoading.Load(network, weights, Names);
            network.eval();
            return new(new DiffusionModel(network, Path, Output), Image) { ClassCount = ClassCount };
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static ForeignModel Edm(JsonElement json)
    {
        var config = EdmFormat.Config(json);
        return new(
            config, EdmFormat.Names(config), new EdmPath(), EdmFormat.Parameterization(json), Square(config.InChannels, config.SampleSize),
            config.ClassCount > 0 ? config.ClassCount : null);
    }

    private static ForeignModel ScoreSde(JsonElement json)
    {
        var (network, names) = (ScoreSdeFormat.Config(json), ScoreSdeFormat.Names(ScoreSdeFormat.Config(json)));
        var (model, training) = (json.Section("model"), json.Section("training"));
        var isCentered = json.Section("data").Bool("centered", otherwise: false);
        var (channels, size) = network is SongUNetConfig song ? (song.InChannels, song.SampleSize) : (((RefineNetConfig)network).InChannels, ((RefineNetConfig)network).SampleSize);
        var sde = training.Text("sde", "vpsde").ToLowerInvariant();
        if (sde == "vesde")
        {
            // Networks for data in [0, 1] know σ in these units, of which ours are the double.
            var unit = isCentered ? 1 : 2;
            var (low, high, count) = (unit * model.Double("sigma_min", 0.01), unit * model.Double("sigma_max", 50), model.Int("num_scales", 1000));
            return training.Bool("continuous", otherwise: true)
                ? new(network, names, new VarianceExploding(low, high), new PredictScore { Told = NoiseLabel.Sigma, UnitData = !isCentered }, Square(channels, size))
                : new(network, names, new SigmaTable(high, low, count), Rungs(count, !isCentered), Square(channels, size));
        }

        if (!isCentered)
        {
            throw new ArgumentException($"data.centered: the {sde} of images in [0, 1] is not converted; released models have centered images.");
        }

        ContinuousPath path = sde switch
        {
            "vpsde" => new VariancePreserving(model.Double("beta_min", 0.1), model.Double("beta_max", 20)),
            "subvpsde" => new SubVariancePreserving(model.Double("beta_min", 0.1), model.Double("beta_max", 20)),
            _ => throw new ArgumentException($"training.sde: expected vpsde, subvpsde or vesde; got \"{sde}\"."),
        };
        return new(network, names, path, new PredictEpsilon { TimeScale = 999 }, Square(channels, size));
    }

    private static ForeignModel Ncsn(JsonElement json)
    {
        var config = NcsnFormat.Config(json);

        // The reference's images are in [0, 1] unless they are rescaled to [−1, 1].
        var isUnit = !json.Section("data").Bool("rescaled", otherwise: false);
        var unit = isUnit ? 2 : 1;
        var path = new SigmaTable(
            unit * config.SigmaMax, unit * config.SigmaMin, config.SigmaCount, config.SigmaUniform ? LadderShape.Uniform : LadderShape.Geometric);
        return new(config, NcsnFormat.Names, path, Rungs(config.SigmaCount, isUnit), Square(config.InChannels, config.SampleSize));
    }

    // NCSN's networks count the rungs from the noisiest.
    private static PredictScore Rungs(int count, bool isUnit) => new() { TimeScale = -1, LabelOffset = count - 1, UnitData = isUnit };

    private static ImageShape Square(int channels, int size) => new(channels, size, size);
}
