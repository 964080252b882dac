using System.Text.Json;
using Brownian.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class ShardedFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public ShardedFileTests()
    {
        SafetensorsWriter.Write(folder["model-00001-of-00002.safetensors"], [("a", torch.arange(3)), ("b", torch.ones(2))]);
        SafetensorsWriter.Write(folder["model-00002-of-00002.safetensors"], [("c", torch.zeros(4))]);
    }

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Shards_are_one_file_by_their_index_and_in_their_folder()
    {
        var index = Index(("a", 1), ("b", 1), ("c", 2));
        foreach (var path in (string[])[index, folder.Path])
        {
            using var file = TensorFile.Open(path);
            Assert.Equal(CheckpointKind.Sharded, file.Kind);
            Assert.Equal(["a", "b", "c"], file.Keys);
            Assert.Equal(9, file.ElementCount);
            Assert.Equal([0L, 1, 2], file.Read("a").data<long>().ToArray());
        }

        var info = CheckpointInfo.Describe(folder.Path);
        Assert.Equal((CheckpointKind.Weights, 9L), (info.Kind, info.Parameters));
    }

    [Fact]
    public void An_index_that_does_not_fit_its_shards_is_refused()
    {
        Refused(Index(("a", 1), ("b", 1), ("c", 1)), "says that model-00001-of-00002.safetensors holds the tensor, which is not there");
        Refused(Index(("a", 1), ("c", 2)), "holds a tensor that the index does not list there");
        File.Delete(folder["model-00002-of-00002.safetensors"]);
        Refused(Index(("a", 1), ("b", 1), ("c", 2)), "the shard model-00002-of-00002.safetensors is missing");
    }

    [Theory]
    [InlineData("../x.safetensors", "is no plain file name")]
    [InlineData("", "is no plain file name")]
    [InlineData("model.safetensors.index.json", "is an index again")]
    public void An_index_cannot_name_what_is_no_shard(string shard, string expected)
    {
        File.WriteAllText(folder["model.safetensors.index.json"], JsonSerializer.Serialize(new { weight_map = new Dictionary<string, string> { ["a"] = shard } }));
        Refused(folder["model.safetensors.index.json"], expected);
    }

    private static void Refused(string index, string expected) =>
        Assert.Contains(expected, Assert.Throws<CheckpointFormatException>(() => TensorFile.Open(index)).Message, StringComparison.Ordinal);

    private string Index(params (string Key, int Shard)[] map)
    {
        var path = folder["model.safetensors.index.json"];
        var places = map.ToDictionary(item => item.Key, item => $"model-0000{item.Shard}-of-00002.safetensors");
        File.WriteAllText(path, JsonSerializer.Serialize(new { metadata = new { total_size = 1 }, weight_map = places }));
        return path;
    }
}
