// Trains on the built-in handwriting for half a minute and draws ten digits of a class.
using Brownian;
using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using Brownian.Training;
using static TorchSharp.torch;

var folder = Path.Combine(Path.GetTempPath(), $"brownian-{Guid.NewGuid():N}");
var config = ConfigFile.Load("mnist", settings: ["data.source=builtin:strokes", "budget.minutes=0.5"]);

using (var run = TrainingRun.Create(config, folder))
{
    foreach (var step in run.Run().Where(step => step.Number % 50 == 0))
    {
        Console.WriteLine($"step {step.Number}: loss {step.Loss:f3}, {step.ImagesPerSecond:f0} images/s");
    }
}

using var bundle = ModelBundle.Load(folder);
using var generated = Generate.Run(bundle.Model, new()
{
    Shape = bundle.Image.Batch(1)[1..],
    Count = 10,
    Condition = new() { Labels = full(10, 3, dtype: ScalarType.Int64) },       // ten threes
    Sampler = new DpmSolverPlusPlus(),
    Spacing = new Karras(),
    Steps = 20,
    Seed = 7,
});
ImageCodec.SavePng(ImageGrid.Tile(generated.Samples, columns: 10, zoom: 3), Path.Combine(folder, "threes.png"));
Console.WriteLine($"ten threes: {Path.Combine(folder, "threes.png")}");
