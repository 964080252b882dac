using System.Text.Json.Serialization;

namespace Brownian.Checkpoints;

/// <summary>What a file or folder is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckpointKind>))]
public enum CheckpointKind
{
    /// <summary>A training run of ours, which is a diffusers folder too.</summary>
    Run,

    /// <summary>One checkpoint of a run, with everything that training needs.</summary>
    TrainingCheckpoint,

    /// <summary>A folder with model_index.json.</summary>
    Diffusers,

    /// <summary>One network of a diffusers folder: config.json with weights beside it.</summary>
    Component,

    /// <summary>One safetensors file.</summary>
    Safetensors,

    /// <summary>A golden case: inputs and expected outputs of a reference implementation.</summary>
    GoldenCase,

    /// <summary>A PyTorch file (zip or legacy pickle).</summary>
    PyTorch,

    /// <summary>NumPy arrays (.npy, .npz).</summary>
    NumPy,

    /// <summary>Weights in several files with an index.</summary>
    Sharded,

    /// <summary>A folder with weights and nothing that tells what they are of.</summary>
    Weights,

    /// <summary>A scheduler of a diffusers folder: the levels of noise, and what the network outputs.</summary>
    Scheduler,

    /// <summary>A tokenizer.</summary>
    Tokenizer,
}
