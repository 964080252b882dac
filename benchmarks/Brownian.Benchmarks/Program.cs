using Brownian;
using Brownian.Benchmarks.Baseline;
using Brownian.Networks.UNet;
using Brownian.Runtime.Benchmarking;
using TorchSharp;
using static TorchSharp.torch;

var config = new UNet2DConfig
{
    SampleSize = 32, BlockOutChannels = [128, 256, 256, 256], AttentionHeadDim = null, NormEps = 1e-6,
    DownBlockTypes = ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"],
    UpBlockTypes = ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"],
};
if (args.Contains("mnist"))
{
    config = config with { InChannels = 1, OutChannels = 1, SampleSize = 28, BlockOutChannels = [32, 64, 64], 
    DownBlockTypes = ["DownBlock2D", "DownBlock2D", "AttnDownBlock2D"], LayersPerBlock=1,
    UpBlockTypes = ["AttnUpBlock2D", "UpBlock2D", "UpBlock2D"]};
}
using var all = NewDisposeScope();
int Arg(string name, int otherwise) => args.FirstOrDefault(a => a.StartsWith(name + "=")) is { } a ? int.Parse(a[(name.Length + 1)..]) : otherwise;
int n = Arg("n", 8), rounds = Arg("rounds", 5);
using var noise = new RandomStream(1);
var size = config.SampleSize!.Value.Height;
var x = noise.NormalLike(empty(n, config.InChannels, size, size));
var t = arange(n, dtype: ScalarType.Float32) * 10;
var plain = new PlainUNet(config);
UNet2D Make(ScalarType type, bool fused = true, bool cl = true) { var u = new UNet2D(config); u.ComputeType = type; u.Compute.FusedKernels = fused; u.Compute.ChannelsLast = cl; return u; }
var works = new List<(string, Action)>();
void Add(string name, Network net)
{
    if (!args.Contains("train")) works.Add((name, () => { using var s = NewDisposeScope(); using var f = no_grad(); net.call(x, t, null); }));
    else works.Add((name, () => { using var s = NewDisposeScope(); foreach (var p in net.parameters()) p.grad = null; var loss = (net.call(x, t, null) - x).square().mean(); loss.backward(); }));
}
Console.WriteLine($"parameters {plain.parameters().Sum(p => p.numel())} {Make(ScalarType.Float32).parameters().Sum(p => p.numel())}");
foreach (var a in args)
{
    switch (a)
    {
        case "plain": Add(a, plain); break;
        case "f32": Add(a, Make(ScalarType.Float32)); break;
        case "f32nofuse": Add(a, Make(ScalarType.Float32, false)); break;
        case "f32nchw": Add(a, Make(ScalarType.Float32, false, false)); break;
        case "bf16": Add(a, Make(ScalarType.BFloat16)); break;
        case "bf16nofuse": Add(a, Make(ScalarType.BFloat16, false)); break;
        case "bf16nopack": { var u = Make(ScalarType.BFloat16); u.Compute.PacksWeights = false; Add(a, u); break; }
        case "f32nopack": { var u = Make(ScalarType.Float32); u.Compute.PacksWeights = false; Add(a, u); break; }
    }
}
if (args.Contains("cpu"))
{
    set_num_threads(1);
    var me = System.Diagnostics.Process.GetCurrentProcess();
    var sums = works.Select(_ => new List<double>()).ToArray();
    for (int round = -1; round < rounds; round++)
        for (int i = 0; i < works.Count; i++) { var b = me.TotalProcessorTime; works[i].Item2(); if (round >= 0) sums[i].Add((me.TotalProcessorTime - b).TotalSeconds); }
    var rr = works.Select((w, i) => new Timing(w.Item1, sums[i])).ToArray();
    foreach (var w in rr) Console.WriteLine($"CPU {w.Name,-12} median {w.Median * 1000:f1} best {w.Best * 1000:f1} ms  x{w.SpeedupOver(rr[0]):f2} bestratio x{rr[0].Best / w.Best:f2} rss {Environment.WorkingSet >> 20}");
    return;
}
var r = Interleaved.Run(works, rounds);
foreach (var w in r) Console.WriteLine($"{w.Name,-12} median {w.Median * 1000:f1} best {w.Best * 1000:f1} ms  x{w.SpeedupOver(r[0]):f2}  rss {Environment.WorkingSet >> 20}");
