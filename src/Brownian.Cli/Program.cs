Console.WriteLine("brownian");
return 0;
