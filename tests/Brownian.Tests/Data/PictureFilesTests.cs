using Brownian.Data;
using Brownian.Tests.Checkpoints;

namespace Brownian.Tests.Data;

public sealed class PictureFilesTests
{
    [Fact]
    public void Overviews_of_samples_are_no_images_of_the_set_and_pictures_of_these_names_elsewhere_are()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["drawn/000000.png", "drawn/000001.png", "drawn/grid.png", "drawn/trajectory.webp", "own/grid.png", ".hidden/a.png", "own/notes.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.Path, name))!);
            File.WriteAllBytes(Path.Combine(folder.Path, name), []);
        }

        Assert.Equal(["drawn/000000.png", "drawn/000001.png", "own/grid.png"], PictureFiles.In(folder.Path));
    }
}
