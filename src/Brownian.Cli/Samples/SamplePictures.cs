using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Cli.Samples;

/// <summary>Samples of one run as pictures, each with the record that makes it again.</summary>
internal sealed class SamplePictures : IDisposable
{
    private readonly List<Generated> batches = [];

    private SamplePictures(IReadOnlyList<Picture> pictures, IReadOnlyList<SampleRecord> records, SampleRecord whole) =>
        (Pictures, Records, Whole) = (pictures, records, whole);

    public IReadOnlyList<Picture> Pictures { get; }

    /// <summary>One a picture.</summary>
    public IReadOnlyList<SampleRecord> Records { get; }

    /// <summary>The record of all of them as a grid, without its columns.</summary>
    public SampleRecord Whole { get; }

    /// <summary>The steps of the first batch, if they were asked for.</summary>
    public IReadOnlyList<GenerateFrame> Trajectory => batches[0].Trajectory;

    /// <summary>All samples, [N, C, H, W] in [−1, 1], for a scope of the caller.</summary>
    public Tensor Tensor() => cat(batches.Select(batch => batch.Samples).ToArray(), 0);

    public static SamplePictures Make(
        ModelBundle bundle, SampleSettings settings, string model, bool raw, Action<GenerateStep>? onStep, CancellationToken cancellation)
    {
        var (pictures, records, made) = (new List<Picture>(), new List<SampleRecord>(), new List<Generated>());
        var whole = settings.Record(bundle, model, raw);
        try
        {
            foreach (var batch in settings.Run(bundle, onStep, cancellation))
            {
                made.Add(batch);
                var size = (int)batch.Samples.size(0);
                pictures.AddRange(ImageCodec.FromTensor(batch.Samples));
                records.AddRange(Enumerable.Range(0, size).Select(i => One(bundle, whole, batch.First, i, size)));
            }
        }
        catch
        {
            made.ForEach(batch => batch.Dispose());
            throw;
        }

        var samples = new SamplePictures(pictures, records, whole);
        samples.batches.AddRange(made);
        return samples;
    }

    public void Dispose() => batches.ForEach(batch => batch.Dispose());

    private static SampleRecord One(ModelBundle bundle, SampleRecord whole, int first, int index, int size)
    {
        var label = whole.Labels?[first + index];
        return whole with
        {
            Seed = whole.Seed + (ulong)(first + index),
            Labels = label is { } known ? [known] : null,
            Class = label < bundle.ClassNames?.Count ? bundle.ClassNames[(int)label.Value] : null,
            BatchSize = size,
            BatchIndex = index,
            Count = 1,
        };
    }
}
