using Brownian.Checkpoints;
using Brownian.Networks.Latent;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.Encoders;

/// <summary>Cases of diffusers' AutoencoderKL: distribution of the latents, a seeded sample, divergences, decoded images, and the parts.</summary>
public sealed class AutoencoderCases() : ClassCases("AutoencoderKL")
{
    private protected override void Compare(GoldenFile file, Comparison comparison)
    {
        using var io = Recorded(file);
        using var network = Loaded(file, new AutoencoderKL(AutoencoderKLConfig.FromJson(file.Json.GetProperty("config").GetRawText())), KeyMap.OldDiffusers);
        var (encode, decode) = (CaseTolerances.Of(file, "encode"), CaseTolerances.Of(file, "decode"));
        network.Trace = (name, value) => Watch(io, name.StartsWith("encoder", StringComparison.Ordinal) ? encode : decode, comparison)(name, value);
        var posterior = network.Posterior(io.Read("x"));
        If(io, "mean", () => posterior.Mean, encode, comparison);
        If(io, "mode", () => posterior.Mean, encode, comparison);
        If(io, "logvar", () => posterior.LogVariance, encode, comparison);
        If(io, "std", posterior.Deviation, encode, comparison);
        If(io, "kl", posterior.Kl, encode, comparison);
        If(io, "nll_of_eps", () => posterior.NegativeLogLikelihood(io.Read("eps")), encode, comparison);
        If(io, "sample_seeded", () => Sampled(file, posterior), encode, comparison);
        If(io, "decoded", () => network.Reconstruct(io.Read("z")), decode, comparison);
        network.Trace = null;
        InDouble(io, network, encode, decode, comparison);
    }

    /// <summary>The seed stands in the case's words.</summary>
    private static Tensor Sampled(GoldenFile file, DiagonalGaussian posterior)
    {
        var words = file.Json.GetProperty("tensors_doc").GetProperty("sample_seeded").GetString()!;
        var start = words.IndexOf("manual_seed(", StringComparison.Ordinal) + "manual_seed(".Length;
        using var noise = new SeededNoise(ulong.Parse(words[start..words.IndexOf(')', start)], System.Globalization.CultureInfo.InvariantCulture));
        return posterior.Sample(noise);
    }

    private static void InDouble(SafetensorsFile io, AutoencoderKL network, CaseTolerances encode, CaseTolerances decode, Comparison comparison)
    {
        network.to(ScalarType.Float64);
        if (io.Contains("mean_f64"))
        {
            var mean = network.Posterior(io.Read("x", ScalarType.Float64)[..1]).Mean;
            comparison.Elements("mean_f64", mean, io.Read("mean_f64"), encode.Absolute * InFloat64WithSoftmax, 0);
        }

        if (io.Contains("decoded_f64"))
        {
            var images = network.Reconstruct(io.Read("z", ScalarType.Float64)[..1]);
            comparison.Elements("decoded_f64", images, io.Read("decoded_f64"), decode.Absolute * InFloat64WithSoftmax, 0);
        }
    }
}
