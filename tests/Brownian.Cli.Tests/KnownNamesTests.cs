using Brownian.Data;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Training;

namespace Brownian.Cli.Tests;

public sealed class KnownNamesTests
{
    [Fact]
    public void The_names_of_help_and_completion_are_those_of_the_library()
    {
        Assert.Equal(SamplerCatalog.All.Select(row => row.Names[0]), KnownNames.Samplers);
        Assert.Equal(SpacingCatalog.All.Select(row => row.Names[0]), KnownNames.Spacings);
        Assert.Equal(Presets.Names, KnownNames.Presets);
        Assert.Equal(Families.Names, KnownNames.Families);
        Assert.Equal(Distillations.Methods, KnownNames.Distillations);
        Assert.Equal(DatasetCatalog.Names, KnownNames.Data);
    }

    [Fact]
    public void Names_are_completed()
    {
        Assert.Contains("karras", Cli.Run("[suggest:25]", "sample runs/x --spacing ka").Out.Split('\n', StringSplitOptions.TrimEntries));
        Assert.Contains("builtin:scenes", Cli.Run("[suggest:20]", "train --data builtin").Out.Split('\n', StringSplitOptions.TrimEntries));
    }
}
