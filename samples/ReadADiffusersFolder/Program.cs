// Samples from any diffusers folder with a UNet2DModel, given as argument, once with each deterministic sampler of the catalog.
using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Samplers;
using Brownian.Tasks;

if (args is not [var folder])
{
    Console.WriteLine("usage: ReadADiffusersFolder FOLDER    (a folder with model_index.json and unet/, such as google/ddpm-cifar10-32 or a Brownian run)");
    return;
}

using var bundle = ModelBundle.Load(folder);
foreach (var row in SamplerCatalog.All.Where(row => row.Sampler is Ddim or Heun or DpmSolverPlusPlus { Stochastic: false }))
{
    using var generated = Generate.Run(bundle.Model, new()
    {
        Shape = bundle.Image.Batch(1)[1..],
        Count = 4,
        Sampler = row.Sampler,
        Spacing = row.Spacing,
        Steps = 20,
        Seed = 7,
    });
    var picture = $"{row.Names[0]}.png";
    ImageCodec.SavePng(ImageGrid.Tile(generated.Samples, columns: 4), picture);
    Console.WriteLine($"{picture}: {row.Summary}");
}
