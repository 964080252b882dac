using TorchSharp;
using TorchSharp.Modules;

namespace Brownian.Training;

/// <summary>The metrics as TensorBoard events, in <c>tensorboard/</c> of a run.</summary>
internal sealed class TensorBoardLog
{
    private readonly SummaryWriter writer;

    public TensorBoardLog(string folder)
    {
        Directory.CreateDirectory(folder);
        writer = torch.utils.tensorboard.SummaryWriter(folder);
    }

    /// <summary>Writes the numbers of a record under names that TensorBoard groups.</summary>
    public void Write(MetricsRecord record)
    {
        var step = checked((int)record.Step);
        writer.add_scalar("train/loss", (float)record.Loss, step);
        writer.add_scalar("train/learning_rate", (float)record.LearningRate, step);
        writer.add_scalar("train/gradient_norm", (float)record.GradientNorm, step);
        writer.add_scalar("train/images_per_second", (float)record.ImagesPerSecond, step);
        foreach (var (band, loss) in record.LossByLevel)
        {
            writer.add_scalar($"loss_by_level/{band}", (float)loss, step);
        }
    }
}
