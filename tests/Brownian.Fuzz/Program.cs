// Mutated files for the readers of safetensors, PyTorch's pickles and archives, and NumPy arrays. Each is read whole or refused with a clear
// error: never a crash, a hang, or memory without bounds. A case is a function of the seed and its number.
//
//   dotnet run -c Release --project tests/Brownian.Fuzz -- [CASES = 1000000] [SEED = 1] [FIRST = 0]
using System.Diagnostics;
using System.Globalization;
using Brownian.Testing.Fuzzing;

long Argument(int i, long otherwise) => args.Length > i ? long.Parse(args[i], CultureInfo.InvariantCulture) : otherwise;

const long Chunk = 20_000;
var (cases, seed, first) = (Argument(0, 1_000_000), (ulong)Argument(1, 1), Argument(2, 0));
var fuzzer = new TensorFileFuzzer();
var total = new FuzzReport(0, 0, 0, 0, TimeSpan.Zero);
var watch = Stopwatch.StartNew();
for (var at = first; at < first + cases; at += Chunk)
{
    // The chunk is named before it runs: a crash would leave no other trace.
    Console.Error.Write($"\rcases from {at} …");
    total = total.Plus(fuzzer.Run(seed, at, Math.Min(Chunk, first + cases - at)));
}

Console.Error.WriteLine();
Console.WriteLine(
    $"{total.Cases} cases (seed {seed}): {total.Sound} read, {total.Refused} refused, at most {total.MostBytes / 1024.0 / 1024:0.0} MB and {total.Slowest.TotalMilliseconds:0} ms a case; "
    + $"{watch.Elapsed.TotalSeconds:0} s; {Environment.WorkingSet / 1024 / 1024} MB resident at the end");
