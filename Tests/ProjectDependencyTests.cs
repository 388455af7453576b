namespace Platform.Tests;

public sealed class ProjectDependencyTests
{
    [Fact]
    public void Truth()
    {
        Assert.True(true);
    }
}
