using System.Globalization;
using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.Metrics;

/// <summary>pytorch-fid's and torch-fidelity's numbers of two sets of features: FID, KID, precision and recall, inception score.</summary>
public sealed class FeatureMetricCases() : FolderCases("cls", "FID")
{
    // case.json's conventions: FID 1e-6 relative, KID 1e-9 absolute; shares are exact up to the float32 that they were kept in.
    private const double RelativeOfFid = 1e-6, Kid = 1e-9, Single = 1e-6, Exact = 1e-9;

    private protected override void Compare(GoldenFile file, SafetensorsFile io, Comparison comparison)
    {
        var (generated, real) = (io.Read("features1"), io.Read("features2"));
        foreach (var result in file.Json.GetProperty("results").EnumerateObject())
        {
            switch (result.Name)
            {
                case "fid_f32_inputs_as_f64":
                    var fid = result.Value.GetDouble();
                    comparison.Number(result.Name, FrechetDistance.Between(generated, real), fid, RelativeOfFid * Math.Abs(fid));
                    break;
                case "fid_self":
                    comparison.Number(result.Name, FrechetDistance.Between(generated, generated), result.Value.GetDouble(), Exact);
                    break;
                case "kid_full_unbiased":
                    // The reference's estimator takes as many images of both sets.
                    var count = (int)Math.Min(generated.size(0), real.size(0));
                    comparison.Number(result.Name, new KernelDistance().OfAll(generated[..count], real[..count]), result.Value.GetDouble(), Kid);
                    break;
                case "kid_subsets":
                    Subsets(file.Json.GetProperty("results"), io, comparison);
                    break;
                case "kid_per_subset":
                    break;
                case "prc":
                    Shares(result.Value, generated, real, comparison);
                    break;
                case "isc":
                    Scores(result.Value, io.Read("logits"), comparison);
                    break;
                default:
                    comparison.Fail(result.Name, "a metric that is not known");
                    break;
            }
        }

        Moments(io, generated, comparison);
    }

    private static void Moments(SafetensorsFile io, Tensor features, Comparison comparison)
    {
        using var moments = FeatureMoments.Of(features);
        comparison.Elements("mu1", moments.Mean(), io.Read("mu1"), Exact, Exact);
        comparison.Elements("sigma1", moments.Covariance(), io.Read("sigma1"), Exact, Exact);
    }

    // The subsets that NumPy drew are drawn again.
    private static void Subsets(JsonElement results, SafetensorsFile io, Comparison comparison)
    {
        var indices = io.Read("kid.idx1");
        var distance = new KernelDistance { Subsets = (int)indices.size(0), SubsetSize = (int)indices.size(1) };
        var (generated, real) = (io.Read("features1"), io.Read("features2"));
        var random = new NumpyRandom(distance.Seed);
        for (var i = 0; i < distance.Subsets; i++)
        {
            foreach (var (name, count) in new[] { ("kid.idx1", generated.size(0)), ("kid.idx2", real.size(0)) })
            {
                var drawn = tensor(Array.ConvertAll(random.Permutation((int)count)[..distance.SubsetSize], index => (long)index));
                comparison.Elements($"{name}[{i}]", drawn, io.Read(name)[i], 0.5, 0);
            }
        }

        var estimate = distance.Between(generated, real);
        var expected = results.GetProperty("kid_subsets");
        comparison.Number("kid_mean", estimate.Mean, expected.GetProperty("kid_mean").GetDouble(), Kid);
        comparison.Number("kid_std", estimate.StandardDeviation, expected.GetProperty("kid_std").GetDouble(), Kid);
        if (results.TryGetProperty("kid_per_subset", out var each))
        {
            foreach (var (i, value) in each.EnumerateArray().Index())
            {
                comparison.Number($"kid_per_subset[{i}]", estimate.Values[i], value.GetDouble(), Kid);
            }
        }
    }

    private static void Shares(JsonElement cases, Tensor generated, Tensor real, Comparison comparison)
    {
        foreach (var entry in cases.EnumerateObject())
        {
            var ours = PrecisionRecall.Of(generated, real, Number(entry.Name, "k"));
            comparison.Number($"precision {entry.Name}", ours.Precision, entry.Value.GetProperty("precision").GetDouble(), Single);
            comparison.Number($"recall {entry.Name}", ours.Recall, entry.Value.GetProperty("recall").GetDouble(), Single);
            comparison.Number($"f_score {entry.Name}", ours.FScore, entry.Value.GetProperty("f_score").GetDouble(), Single);
        }
    }

    private static void Scores(JsonElement cases, Tensor logits, Comparison comparison)
    {
        foreach (var entry in cases.EnumerateObject())
        {
            var score = new InceptionScore
            {
                Splits = Number(entry.Name, "splits"),
                ShuffleSeed = entry.Name.Contains("shuffle=True", StringComparison.Ordinal) ? 2020 : null,
            };
            var ours = score.Of(logits);
            comparison.Number($"is_mean {entry.Name}", ours.Mean, entry.Value.GetProperty("is_mean").GetDouble(), Exact);
            comparison.Number($"is_std {entry.Name}", ours.StandardDeviation, entry.Value.GetProperty("is_std").GetDouble(), Exact);
        }
    }

    // "splits=10,shuffle=True" → 10.
    private static int Number(string name, string field)
    {
        var part = name.Split(',').First(p => p.StartsWith($"{field}=", StringComparison.Ordinal));
        return int.Parse(part[(field.Length + 1)..], CultureInfo.InvariantCulture);
    }
}
