using Brownian;
using static TorchSharp.torch;

using var noise = new SeededNoise(0);
using var scope = NewDisposeScope();
Console.WriteLine(string.Join(' ', noise.NormalLike(zeros(4)).data<float>().ToArray()));
