// Starts a server of two events for the README's example, and gives its URL.
{
    use std::io::{Read, Write};

    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", server.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let (mut connection, _) = server.accept().expect("a connection");
        let _ = connection.read(&mut [0; 4096]).expect("a request");
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
        write!(connection, "{head}data: hello\n\ndata: [DONE]\n\n").expect("a client");
    });
    url
}
