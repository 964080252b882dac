namespace Brownian.Training;

/// <summary>What a random stream of a run is for: part of its key, so that no two uses share numbers. Never renumber.</summary>
internal enum RandomPurpose : ulong
{
    Weights = 1,
    Data = 2,
    Objective = 3,
    LabelDrop = 4,
    Dropout = 5,
    Samples = 6,
}
