using static TorchSharp.torch;

namespace Brownian.Ode;

/// <summary>dy/dt. Borrows <paramref name="state"/> and returns a fresh tensor of its shape, which belongs to the caller's dispose scope.</summary>
/// <param name="time">t.</param>
/// <param name="state">y, of any shape.</param>
public delegate Tensor OdeSlope(double time, Tensor state);
